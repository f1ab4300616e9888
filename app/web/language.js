// The language that was chosen on this phone, for pages that are the same bytes for everyone: the
// cookie is the one that the server reads for all others (server/src/http/language.rs).

const KEPT = /(?:^|; )lang=([\w-]+)/;

/** The tag of the language that was chosen; undefined before. */
const chosen = () => document.cookie.match(KEPT)?.[1];

/** The texts of a language, a line each; empty for French, which comes with the program. */
export async function fetchWords(files, tag = chosen()) {
  const file = files?.split(" ").find((it) => it.includes(`/words-${tag}.`));
  if (!file) return "";
  const answer = await fetch(file);
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
  return answer.text();
}

/** From now on the recorder speaks it. The second line of a language's texts is its tag. */
export function speak(app, words) {
  app.speak(words);
  document.documentElement.lang = words.split("\n")[1] || "fr";
}

/** Hears the buttons with `data-lang`, for as long as the page is open. */
export function offerLanguages(app, files) {
  document.addEventListener("click", async (event) => {
    const tag = event.target.closest("[data-lang]")?.dataset.lang;
    if (!tag) return;
    document.cookie = `lang=${tag};path=/;max-age=31536000;samesite=lax;secure`;
    speak(app, await fetchWords(files, tag));
    dispatchEvent(new Event("words-ready"));
  });
}
