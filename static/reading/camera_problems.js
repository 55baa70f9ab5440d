// @ts-check
// Why a camera cannot be used, in words, and what else can be done.

/** @import { Both, Content } from "../ui/types.d.ts" */

import { both } from "../ui/elements.js";

/** A camera that is not used, by the name of its reason in PROBLEMS. */
export class CameraProblem extends Error {
  /** @param {string} name */
  constructor(name) {
    super(name);
    this.name = name;
  }
}

/** @type {Both} */
const OTHER_WAYS = [
  "也可以选一张照片，或粘贴链接、输入编号。",
  "You can also choose a photo, paste a link or enter a number.",
];

// By the names of getUserMedia in the standard (Media Capture and Streams, 10.2) and of CameraProblem.
/** @type {Record<string, Both>} */
const PROBLEMS = {
  NotAllowedError: [
    "相机未获允许。请在浏览器或系统的设置中允许本页使用相机，再试一次。",
    "The camera is not allowed. Allow it for this page in the settings of your browser or device and try again.",
  ],
  NotFoundError: ["这台设备没有相机，或相机没有接好。", "This device has no camera, or it is not connected."],
  NotReadableError: [
    "相机打不开，可能正在通话，或被其他程序占用。请结束通话、关闭该程序，再试一次。",
    "The camera could not be opened. A call or another program may be using it: end it and try again.",
  ],
  OverconstrainedError: ["这台设备的相机不能用于扫描。", "No camera of this device can be used for scanning."],
  SecurityError: ["浏览器的设置禁止使用相机。", "The settings of this browser forbid the use of the camera."],
  insecure: [
    "只有经 https 打开的页面才能使用相机。请用 https 开头的地址打开本页。",
    "The camera only works on pages opened over https. Open this page with an address that begins with https.",
  ],
  unsupported: [
    "这个浏览器不能使用相机。请用系统自带的浏览器打开本页。",
    "This browser cannot use the camera. Open this page in the browser that came with your device.",
  ],
  ended: ["相机停了，没有再出现画面。请再试一次。", "The camera stopped and shows no picture any more. Try again."],
};

/**
 * Why the camera cannot be used and what else to do: [zh, en]. `error` is what `scan` threw.
 * @param {Error} error
 * @returns {Both}
 */
export function cameraProblem(error) {
  const [zh, en] = Object.hasOwn(PROBLEMS, error.name)
    ? PROBLEMS[error.name]
    : [`相机没有启动（${error.name}）。请再试一次。`, `The camera did not start (${error.name}). Try again.`];
  return [zh + OTHER_WAYS[0], `${en} ${OTHER_WAYS[1]}`];
}

/**
 * What stands below the picture: what to do, or that there is no picture now.
 * @param {boolean} silent
 * @returns {Content[]}
 */
export function saidOfPicture(silent) {
  if (!silent) return both("把二维码放进画面", "Hold the code in view");
  return both(
    "相机暂时没有画面，可能正在通话，或被其他程序占用。恢复后自动继续。",
    "The camera has no picture now; a call or another program may be using it. Scanning goes on when it is back.",
  );
}
