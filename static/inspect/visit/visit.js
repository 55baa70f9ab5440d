// @ts-check
// One visit as a value: begun, answered, finished into the very bytes that are sent (docs/contributing/inspection-records.md). Pure: no
// page, no storage; instants come in.

/** @import { Answer, Delivered, Fault, Identified, ListedItem, Outcome, Purpose, Receipt, Reckoned, Signature, Task, Visit } from "./types.d.ts" */
/** @import { Checklist, GradeStep, Kit } from "../../pack/kit.d.ts" */
/** @import { KeptPack, PackPermit, Place } from "../../pack/types.d.ts" */
/** @import { Both } from "../../ui/types.d.ts" */

/** @type {Purpose[]} */
export const PURPOSES = ["routine", "follow_up", "recheck", "drawn", "complaint"];
export const MOST_PHOTOS = 12;
/** The size of the field that a signature is drawn on, whatever size it is shown at. */
export const FIELD = { width: 600, height: 240 };
const DAY = 24 * 60 * 60 * 1000;
const SHANGHAI = 8 * 60 * 60 * 1000; // China has kept UTC+8 without change since 1991

/**
 * An instant in UTC to the second (RFC 3339).
 * @param {Date} now
 * @returns {string}
 */
export const instant = (now) => `${now.toISOString().slice(0, 19)}Z`;

/**
 * The day in China at an instant, so many days later, as YYYY-MM-DD.
 * @param {Date} now
 * @param {number} [later]
 * @returns {string}
 */
export const dayIn = (now, later = 0) => new Date(now.getTime() + SHANGHAI + later * DAY).toISOString().slice(0, 10);

/**
 * Lists that are made for permits of this type and, where they name kinds of place, share one with the permit. A pack of
 * earlier days does not name the types: then the kinds decide.
 * @param {Checklist[]} checklists
 * @param {PackPermit | undefined} permit
 * @returns {Checklist[]}
 */
export function fitting(checklists, permit) {
  if (!permit) return [];
  const ofType = (/** @type {Checklist} */ list) => list.permit_types?.includes(permit.typeId) ?? true;
  const ofKind = (/** @type {Checklist} */ list) =>
    list.kinds.length === 0 || list.kinds.some((kind) => permit.kinds.includes(kind));
  return checklists.filter((list) => ofType(list) && ofKind(list));
}

/**
 * What waits to be done, soonest first: {purpose, uscc, premisesNo, permitNo, due} and what its purpose needs.
 * @param {Kit} kit
 * @returns {Task[]}
 */
export function tasksOf(kit) {
  /** @type {Task[]} */
  const waiting = [
    ...kit.rectifications.map(
      /** @returns {Task} */ ([order, uscc, premisesNo, permitNo, due, items]) => ({
        purpose: "recheck",
        order,
        uscc,
        premisesNo,
        permitNo,
        due,
        items,
      }),
    ),
    ...kit.drawn.map(
      /** @returns {Task} */ ([drawn, uscc, premisesNo, permitNo, due]) => ({
        purpose: "drawn",
        drawn,
        uscc,
        premisesNo,
        permitNo,
        due,
      }),
    ),
    ...kit.follow_ups.map(
      /** @returns {Task} */ ([uscc, premisesNo, permitNo, due, ordered]) => ({
        purpose: "follow_up",
        uscc,
        premisesNo,
        permitNo,
        due,
        ordered,
      }),
    ),
  ];
  return waiting.sort((a, b) => a.due.localeCompare(b.due));
}

/**
 * A new visit to `place` ({business, premises}). `how` is {readBy, codeNumber, codeVersion}; `task`, one of the pack's,
 * presets purpose, permit and number. It takes along what it needs of the pack: the pack may end before the visit does.
 * @param {KeptPack} pack
 * @param {Place} place
 * @param {Identified} how
 * @param {Task | null} task
 * @param {{ id: string; owner: string; now: Date }} made
 * @returns {Visit}
 */
export function begin(pack, place, how, task, { id, owner, now }) {
  const { kit } = pack;
  const permits = place.business.permits.filter((permit) => permit.premisesNo === place.premises.no);
  const permit = permits.find(({ number }) => number === task?.permitNo) ?? permits[0];
  /** @type {Visit} */
  const fresh = {
    id,
    owner,
    state: "draft",
    office: kit.office,
    officer: kit.officer,
    business: { uscc: place.business.uscc, name: place.business.name },
    premises: place.premises,
    permits,
    permitNo: permit?.number ?? "",
    how,
    packAsOf: instant(pack.asOf),
    startedAt: instant(now),
    purpose: "routine",
    tasks: tasksOf(kit).filter(
      ({ uscc, premisesNo }) => uscc === place.business.uscc && premisesNo === place.premises.no,
    ),
    officers: kit.officers,
    absent: kit.absent ?? [],
    second: "",
    scales: kit.grades,
    grades: [],
    criticalCap: kit.critical_cap,
    checklists: kit.checklists,
    lists: [],
    answers: {},
    remarks: "",
    photos: [],
    outcome: "",
    rectifyBy: "",
    fault: "",
    signature: { kind: "", name: "", reason: "", strokes: [], over: "" },
  };
  return purposed(forPermit(fresh, fresh.permitNo), task?.purpose ?? "routine");
}

/**
 * The grades that permits of this type get; none where they are not graded.
 * @param {Kit["grades"]} scales
 * @param {PackPermit | undefined} permit
 * @returns {GradeStep[]}
 */
function gradesOf(scales, permit) {
  if (Array.isArray(scales)) return scales;
  return permit ? (scales[permit.typeId] ?? []) : [];
}

/**
 * The visit, about one permit: its lists are those of the kinds of place it was granted for, its grades those of its type.
 * @param {Visit} visit
 * @param {string} permitNo
 * @returns {Visit}
 */
export function forPermit(visit, permitNo) {
  const permit = visit.permits.find(({ number }) => number === permitNo);
  const lists = fitting(visit.checklists, permit).map(({ id }) => id);
  const grades = visit.scales ? gradesOf(visit.scales, permit) : visit.grades;
  return purposed({ ...visit, permitNo, lists, grades }, visit.purpose);
}

/**
 * @param {Visit} visit
 * @param {Purpose} purpose
 * @returns {Task | undefined}
 */
const taskFor = (visit, purpose) =>
  visit.tasks.find((task) => task.purpose === purpose && task.permitNo === visit.permitNo);

/**
 * The visit, for a purpose, with the order or the draw that it answers.
 * @param {Visit} visit
 * @param {Purpose} purpose
 * @returns {Visit}
 */
export function purposed(visit, purpose) {
  const task = taskFor(visit, purpose);
  return { ...visit, purpose, order: task?.order ?? null, drawn: task?.drawn ?? null, only: task?.items ?? null };
}

/**
 * Purposes that this permit can be visited for: a recheck needs an open order, a drawn visit a draw, a follow-up its day.
 * @param {Visit} visit
 * @returns {Purpose[]}
 */
export function purposesOf(visit) {
  return PURPOSES.filter((purpose) => ["routine", "complaint"].includes(purpose) || taskFor(visit, purpose));
}

/**
 * The items to work through: [{list, item, key}]. A recheck asks those of its order alone.
 * @param {Visit} visit
 * @returns {ListedItem[]}
 */
export function itemsOf(visit) {
  const chosen = visit.checklists.filter((list) => visit.lists.includes(list.id));
  const all = chosen.flatMap((list) => list.items.map((item) => ({ list, item, key: `${list.id}/${item.id}` })));
  const ordered = visit.purpose === "recheck" ? all.filter(({ key }) => visit.only?.includes(key)) : [];
  return ordered.length ? ordered : all; // an order of an older list names items that are no more
}

/**
 * The answer to an item; empty when there is none yet.
 * @param {Visit} visit
 * @param {string} key
 * @returns {Answer}
 */
export const answerTo = (visit, key) => visit.answers[key] ?? { answer: "", finding: "", photos: [] };

/**
 * {score, grade, gradeWords, answered, total, failed, criticalFailed}; score null while nothing applies, grade "" for none.
 * @param {Visit} visit
 * @returns {Reckoned}
 */
export function reckon(visit) {
  const items = itemsOf(visit).map(({ item, key }) => ({ ...item, ...answerTo(visit, key) }));
  /** @type {(...answers: string[]) => number} */
  const sum = (...answers) =>
    items.filter(({ answer }) => answers.includes(answer)).reduce((n, { weight }) => n + weight, 0);
  const [achieved, applicable] = [sum("yes"), sum("yes", "no")];
  const failed = items.filter(({ answer }) => answer === "no");
  const criticalFailed = failed.some(({ critical }) => critical);
  let score = applicable ? Math.floor((200 * achieved + applicable) / (2 * applicable)) : null;
  if (score !== null && criticalFailed) score = Math.min(score, visit.criticalCap);
  const [grade, , zh, en] = (score !== null && visit.grades.find(([, least]) => score >= least)) || ["", 0];
  const answered = items.filter(({ answer }) => answer).length;
  const gradeWords = /** @type {Both} */ ([zh ?? grade, en ?? grade]);
  return { score, grade, gradeWords, answered, total: items.length, failed: failed.length, criticalFailed };
}

/**
 * What the findings suggest; the inspector decides. A low score alone is rectified, too, and gets no grade.
 * @param {Visit} visit
 * @returns {Outcome}
 */
export const suggested = (visit) => (reckon(visit).failed ? "to_rectify" : "passed");

/**
 * Whether it has to be said why a commitment failed.
 * @param {Pick<Visit, "purpose" | "outcome">} visit
 * @returns {boolean}
 */
export const wantsFault = ({ purpose, outcome }) => purpose === "follow_up" && outcome === "failed";

/**
 * Reasons to choose from: "unmet" is said of an order that an earlier check made.
 * @param {Visit} visit
 * @returns {Fault[]}
 */
export function faultsOf(visit) {
  /** @type {Fault[]} */
  const all = ["unmet", "refused", "false_statement", "deceit"];
  return taskFor(visit, "follow_up")?.ordered ? all : all.slice(1);
}

/**
 * What was pasted may hold controls and marks that turn the order of a text: only what can be read is sent.
 * @param {string} text
 * @returns {string}
 */
const clean = (text) => text.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, " ").trim();

/** @param {Visit} visit */
function answersSent(visit) {
  const given = itemsOf(visit).filter(({ key }) => answerTo(visit, key).answer);
  return given.map(({ list, item, key }) => {
    const { answer, finding, photos } = answerTo(visit, key);
    return { checklist: list.id, item: item.id, answer, finding: answer === "no" ? clean(finding) : "", photos };
  });
}

/**
 * @param {Signature} signature
 * @returns {object}
 */
function signatureSent({ kind, name, reason, strokes }) {
  if (kind === "refused") return { kind, reason: clean(reason) };
  if (kind === "typed") return { kind, name: clean(name) };
  return { kind, name: clean(name), ...FIELD, strokes };
}

/**
 * What the business puts its name under: everything that is sent but times and the signature itself.
 * @param {Visit} visit
 * @returns {object}
 */
export function record(visit) {
  const { score, grade } = reckon(visit);
  const chosen = visit.checklists.filter((list) => visit.lists.includes(list.id));
  return {
    purpose: visit.purpose,
    order: visit.order,
    drawn: visit.drawn,
    subject: {
      read_by: visit.how.readBy,
      code_number: visit.how.codeNumber,
      code_version: visit.how.codeVersion,
      uscc: visit.business.uscc,
      premises_no: visit.premises.no,
      permit_no: visit.permitNo,
    },
    checklists: chosen.map(({ id, version }) => ({ id, version })),
    answers: answersSent(visit),
    remarks: clean(visit.remarks),
    photos: visit.photos.map((photo) => ({ ...photo, note: clean(photo.note) })),
    outcome: visit.outcome,
    rectify_by: visit.outcome === "to_rectify" ? visit.rectifyBy : null,
    fault: wantsFault(visit) ? visit.fault : null,
    score,
    grade,
  };
}

/**
 * The record as it is now: a signature counts for the one it was given under.
 * @param {Visit} visit
 * @returns {string}
 */
export const overNow = (visit) => JSON.stringify(record(visit));

/**
 * The text of a finished visit: made once, kept, and sent as it is however often it has to be.
 * @param {Visit} visit
 * @param {Date} now
 * @returns {string}
 */
export function contentOf(visit, now) {
  return JSON.stringify({
    format: 1,
    id: visit.id,
    office: visit.office,
    officer: visit.officer,
    second_officer: visit.second || null,
    pack_as_of: visit.packAsOf,
    started_at: visit.startedAt,
    finished_at: instant(now),
    ...record(visit),
    signature: signatureSent(visit.signature),
  });
}

/**
 * SHA-256 of bytes or a text, in lower-case hexadecimal.
 * @param {string | Uint8Array<ArrayBuffer>} content
 * @returns {Promise<string>}
 */
export async function sha256(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * What is kept of a visit that the server has: enough to say what became of it.
 * @param {Visit} visit
 * @param {Receipt} receipt
 * @returns {Delivered}
 */
export function delivered({ id, owner, business, premises, finishedAt, hash }, receipt) {
  return { id, owner, state: "sent", business, premises, finishedAt, hash, receipt };
}
