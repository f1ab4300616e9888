// What a form says once it is sent: at once nothing more can be sent with it, and when the answer
// takes longer than a moment the page says so. Whoever has no script sees what browsers show.
//
// There is no way to stop what is on its way: what the server has begun it ends, and to say that it
// was stopped could be untrue. Sent once more, it is done once all the same.

/** From here on a person wonders whether the tap was felt. */
const LONG_MS = 1_000;
/** No answer comes any more: the browser was stopped, or what came was a file. */
const OVER_MS = 30_000;

function told(words) {
  const said = document.createElement("p");
  said.textContent = words;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", words);
  return [said, bar];
}

/** Hears every form of `main`, at whose end it is said that one waits, in these words. */
export function watchForms(main, words) {
  main.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    // Not `form.method`: a field of that name would stand in front of it.
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    // A place that speaks must be there before it has something to say.
    const line = document.createElement("div");
    line.setAttribute("role", "status");
    line.className = "sr";
    main.append(line);
    const long = setTimeout(() => {
      submitter?.setAttribute("aria-busy", "true");
      submitter?.setAttribute("aria-disabled", "true");
      line.className = "card progress working";
      line.append(...told(words));
    }, LONG_MS);
    const free = () => {
      clearTimeout(long);
      clearTimeout(over);
      delete form.dataset.sent;
      submitter?.removeAttribute("aria-busy");
      submitter?.removeAttribute("aria-disabled");
      line.remove();
    };
    const over = setTimeout(free, OVER_MS);
    // The page comes back as it was left: by « back ».
    addEventListener("pagehide", free, { once: true });
  });
}

const words = globalThis.document?.body?.dataset.working;
if (words) watchForms(document.querySelector("main"), words);
