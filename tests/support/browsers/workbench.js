// The bench on which the walk looks at page after page (every_page.py): one frame that stays, with axe in it. To open a
// page in a window costs as much as to look at it ten times, and axe is compiled anew in each; here the text of a page is
// parsed, laid out and judged by the same engine with the style sheets of its server. Its scripts have run before, in the
// window of the walk.
([axe, options]) => {
  document.documentElement.innerHTML = '<head></head><body style="margin: 0"></body>';
  const frame = document.createElement('iframe');
  frame.style.border = '0';
  frame.style.visibility = 'hidden';  // laid out and judged as ever, but not drawn: nobody sees it
  document.body.append(frame);
  const view = frame.contentWindow;
  view.eval(axe);

  const size = ({width, height}) => {
    frame.style.width = `${width}px`;
    frame.style.height = `${height}px`;
  };

  // As wide as at the counter.
  const first = () => size({width: 1280, height: 900});
  first();

  // Resolved when the style sheets and pictures are there too.
  const lay = (html) =>
    new Promise((resolve) => {
      frame.onload = resolve;
      view.document.open();
      view.document.write(html);
      view.document.close();
    }).then(() => {
      view.document.querySelector('[data-focused], [autofocus]')?.focus();
      view.scrollTo(0, 0);
    });

  // With text of this size: how wide the page is; what scrolls sideways in its own frame, whose end is not seen on a phone;
  // choices whose words do not begin beside their circle or box.
  const fits = (text) => {
    const page = view.document;
    const root = page.documentElement;
    root.style.fontSize = text;
    const wide = root.scrollWidth;
    const cut = [...page.querySelectorAll('main *')]
      .filter((e) => e.scrollWidth > e.clientWidth + 1 && ['auto', 'scroll'].includes(view.getComputedStyle(e).overflowX))
      .map((e) => e.outerHTML.slice(0, 80));
    const choices = ':is(input[type=radio], input[type=checkbox]) + label';
    const astray = [...page.querySelectorAll(choices)]
      .filter((label) => {
        const box = label.previousElementSibling.getBoundingClientRect();
        const words = page.createRange();
        words.selectNodeContents(label);
        const line = words.getClientRects()[0];
        return line && box.height && Math.abs(line.top + line.bottom - box.top - box.bottom) > box.height;
      })
      .map((label) => label.textContent);
    root.style.fontSize = '';
    return {wide, cut, astray};
  };

  // Each element that shows text of its own, as the elements it stands in with their attributes: without words, addresses
  // and serial numbers, but with the style sheets of the page, and with what these made of each element at this width: a
  // rule may know an element by its id, its language or its neighbour, and hide it or clip it away. As digests (cyrb53),
  // each of the element and of the digest of what it stands in: written out they are longer than the page.
  const words = new Set(['href', 'src', 'srcset', 'action', 'value', 'content', 'datetime', 'nonce', 'title', 'alt',
    'placeholder', 'd', 'name', 'lang', 'for', 'id', 'aria-label', 'aria-describedby', 'aria-labelledby']);
  const digest = (text) => {
    let one = 0xdeadbeef, two = 0x41c6ce57;
    for (let n = 0; n < text.length; n += 1) {
      const each = text.charCodeAt(n);
      one = Math.imul(one ^ each, 2654435761);
      two = Math.imul(two ^ each, 1597334677);
    }
    one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
    two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
    return 4294967296 * (2097151 & two) + (one >>> 0);
  };
  const looks = (element) => {
    const {color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight} = view.getComputedStyle(element);
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);  // as axe has it
    const {width, height, right} = element.getBoundingClientRect();
    const shown = element.checkVisibility({visibilityProperty: true}) && width > 1 && height > 1 && right > 0;
    return [color, backgroundColor, backgroundImage, opacity, large, shown].join(' ');
  };
  const sheets = () =>
    [...view.document.querySelectorAll('link[rel=stylesheet]')].map((sheet) => sheet.getAttribute('href')).join(' ');
  const standings = () => {
    const found = [];
    const visit = (element, above) => {
      let own = above + '<' + element.tagName + ' ' + looks(element);
      for (const {name, value} of element.attributes)
        if (!name.startsWith('data-')) own += ' ' + name + (words.has(name) ? '' : '=' + value.replace(/[0-9]+/g, '0'));
      own = digest(own);
      const says = (child) => child.nodeType === Node.TEXT_NODE && child.nodeValue.trim();
      if (element.matches('input, select, textarea') || [...element.childNodes].some(says)) found.push([own, element]);
      for (const child of element.children) visit(child, own);
    };
    visit(view.document.body, sheets());
    return found;
  };

  // Marks the elements whose text stands in something in which none has stood so far, on the pages before, in either
  // language: contrast is judged of these alone.
  const met = new Set();
  const marksStrangers = (thorough) => {
    for (const element of view.document.querySelectorAll('[data-strange]')) element.removeAttribute('data-strange');
    const strange = standings().filter(([own]) => thorough || !met.has(own));
    for (const [own, element] of strange) {
      met.add(own);
      element.setAttribute('data-strange', '');
    }
    return strange.length > 0;
  };
  view.axe.configure({rules: [{id: 'color-contrast', selector: '[data-strange]'}]});

  // Whether a page of these elements and attributes was looked at before. Other rules than contrast ask whether there is
  // a word, not which: of text, names and addresses it is kept that there are some, and of the language that it is ours.
  const built = new Set();
  const plan = () =>
    view.document.documentElement.outerHTML
      .replace(/<span lang="zh-CN">([^<]*)<\/span>/g, '$1')
      .replace(/>[^<]*[^<\s][^<]*(?=<)/g, '>x')
      .replace(/>\s+(?=<)/g, '>')
      .replace(/\b(alt|title|placeholder|aria-label|value|label)="[^"]*[^"\s][^"]*"/g, '$1="x"')
      .replace(/\b(href|src|action|datetime|d)="(?!#)[^"]+"/g, '$1="x"')
      .replace(/\b(lang|hreflang)="(en|zh-CN)"/g, '$1=""')
      .replace(/[0-9]+/g, '0');
  const isBuiltAnew = () => {
    const before = built.size;
    return built.add(digest(sheets() + plan())).size > before;
  };

  const judge = async () => {
    const {violations} = await view.axe.run(options);
    return {violations};
  };

  // Hold the page that lies there to what every page is held to, at ``sizes``, beginning with the one it has.
  const look = async (sizes, thorough) => {
    const said = {text: view.document.body.innerText, fits: [], axe: []};
    const anew = isBuiltAnew();
    let strange = false;
    for (const each of frame.clientWidth === sizes[0].width ? sizes : sizes.toReversed()) {
      size(each);
      for (const text of each.texts) said.fits.push([each.width, text, fits(text)]);
      if (!each.judged) continue;
      strange = marksStrangers(thorough) || strange;
      if (strange || (anew && each.always)) said.axe.push([each.width, await judge()]);
    }
    return said;
  };

  globalThis.bench = {
    size, lay, look,
    ask: (source, given) => view.eval(`(${source})`)(given),
    forget: () => {
      met.clear();
      built.clear();
      first();
    },
    known: () => [[...met], [...built]],
    remember: ([stood, seen]) => { stood.forEach((each) => met.add(each)); seen.forEach((each) => built.add(each)); },
  };
}
