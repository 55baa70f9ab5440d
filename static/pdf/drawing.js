// @ts-check
// What draws the pages of a PDF, in a worker of the frame: it follows pdf.js in the same text, and has no page around it. What
// parses the file is a worker of its own, so that neither can hold up the other.

(() => {
  const { AnnotationMode, getDocument, PDFWorker, VerbosityLevel } = /** @type {any} */ (globalThis).pdfjsLib;
  const MOST_IMAGE_PIXELS = 40_000_000; // A4 at 600 dpi; a larger image is left out of its page
  const POINTS_PER_INCH = 72;
  const DECODER = "jbig2.wasm"; // black and white as scanners write it: JBIG2 and CCITT fax

  /** @type {(said: import("./types.d.ts").Said, transferred?: Transferable[]) => void} */
  const say = /** @type {any} */ (globalThis).postMessage.bind(globalThis);

  /**
   * Canvases without a page, as pdf.js asks for them.
   * @typedef {{ canvas: OffscreenCanvas | null; context: OffscreenCanvasRenderingContext2D | null }} Pair
   */
  class Canvases {
    /** @type {(width: number, height: number) => Pair} */
    create(width, height) {
      const canvas = new OffscreenCanvas(width, height);
      return { canvas, context: canvas.getContext("2d", { willReadFrequently: true }) };
    }

    /** @type {(pair: Pair, width: number, height: number) => void} */
    reset({ canvas }, width, height) {
      Object.assign(canvas, { width, height });
    }

    /** @param {Pair} pair */
    destroy(pair) {
      this.reset(pair, 0, 0);
      pair.canvas = pair.context = null;
    }

    /** @param {OffscreenCanvas} canvas */
    getNoAlphaContext(canvas) {
      return canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    }
  }

  const none = () => "none";
  /** Filters are elements of a page: without one, pictures are drawn as without their filters. */
  class Filters {
    addFilter = none;
    addAlphaFilter = none;
    addLuminosityFilter = none;
    addKnockoutFilter = none;
    addHCMFilter = none;
    destroy() {}
  }

  /**
   * pdf.js fetches nothing: it is given the one decoder that we keep.
   * @param {ArrayBuffer} decoder
   */
  const kept = (decoder) =>
    class {
      /** @param {{ filename: string }} asked */
      async fetch({ filename }) {
        if (filename !== DECODER) throw new Error(`${filename} is not kept here`);
        return new Uint8Array(decoder.slice(0));
      }
    };

  /**
   * @param {Omit<import("./types.d.ts").Given, "drawing">} given
   * @returns {Promise<any>} the document of pdf.js, which brings no types of its own
   */
  function opened({ parser, decoder, file }) {
    const code = new Blob([parser], { type: "text/javascript" });
    // A worker of our own: pdf.js would go on in this one where its worker fails.
    const port = new Worker(URL.createObjectURL(code));
    let name = "noReader";
    port.addEventListener("message", () => {
      name = "broken";
    });
    port.addEventListener("error", () => say({ kind: "problem", name }));
    return getDocument({
      data: new Uint8Array(file),
      worker: new PDFWorker({ port }),
      maxImageSize: MOST_IMAGE_PIXELS,
      CanvasFactory: Canvases,
      FilterFactory: Filters,
      BinaryDataFactory: kept(decoder),
      disableFontFace: true, // letters are drawn as shapes: no font of a document is given to the browser
      useSystemFonts: false,
      useWorkerFetch: false,
      enableXfa: false,
      verbosity: VerbosityLevel.ERRORS,
    }).promise;
  }

  /** @type {any} */
  let last = null; // the page drawn last: it is read once, and drawn at more than one resolution

  /**
   * @param {any} pages
   * @param {import("./types.d.ts").Asked} asked
   */
  async function draw(pages, { number, dpi, longest }) {
    if (last?.pageNumber !== number) {
      last?.cleanup();
      last = await pages.getPage(number);
    }
    const whole = last.getViewport({ scale: 1 });
    const scale = Math.min(dpi / POINTS_PER_INCH, longest / Math.max(whole.width, whole.height));
    const viewport = last.getViewport({ scale });
    const [width, height] = [viewport.width, viewport.height].map((side) => Math.max(1, Math.floor(side)));
    const canvas = new OffscreenCanvas(width, height);
    await last.render({ canvas, viewport, annotationMode: AnnotationMode.DISABLE }).promise;
    const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer;
    return say({ kind: "page", number, dpi, pages: pages.numPages, width, height, pixels }, [pixels]);
  }

  /** @type {Promise<any>} */
  let pages; // what came first is the file; all that follows asks for pages of it
  addEventListener("message", async ({ data }) => {
    try {
      if (pages) return await draw(await pages, data);
      pages = opened(data);
      return await pages;
    } catch (error) {
      return say({ kind: "problem", name: error.name });
    }
  });
})();
