// @ts-check
// The one script of the frame, which runs there as its page's text: its hash stands in the policy of the page around it. It
// starts the worker that reads the PDF, and hands on what is asked and answered.

(() => {
  /** @param {MessagePort} port */
  const problem = (port, name = "broken") => port.postMessage({ kind: "problem", name });

  /**
   * @param {import("./types.d.ts").Given} given
   * @param {MessagePort} port
   */
  function start({ drawing, ...rest }, port) {
    const code = new Blob([drawing], { type: "text/javascript" });
    const worker = new Worker(URL.createObjectURL(code));
    let answered = false;
    worker.onmessage = ({ data }) => {
      answered = true;
      port.postMessage(data, data?.pixels instanceof ArrayBuffer ? [data.pixels] : []);
    };
    worker.onerror = () => problem(port, answered ? "broken" : "noReader");
    port.onmessage = ({ data }) => worker.postMessage(data);
    worker.postMessage(rest, [rest.file, rest.decoder]);
  }

  /** @param {MessageEvent<import("./types.d.ts").Given>} event */
  function begin({ data, ports: [port], source }) {
    if (source !== parent) return;
    removeEventListener("message", begin);
    try {
      start(data, port);
    } catch {
      problem(port, "noReader");
    }
  }

  addEventListener("message", begin);
})();
