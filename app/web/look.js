// The look that was chosen on this phone, for pages that are the same bytes for everyone: the
// cookie is the one that the server reads for all others (server/src/http/appearance.rs).

const SUN = "theme=sun";

/** Shows it. The recorder's menu only changes `html[data-theme]`: what it says is kept here. */
export function keepLook() {
  const page = document.documentElement;
  if (document.cookie.split("; ").includes(SUN)) page.dataset.theme = "sun";
  new MutationObserver(() => {
    const kept = page.dataset.theme ? `${SUN};max-age=31536000` : "theme=;max-age=0";
    document.cookie = `${kept};path=/;samesite=lax;secure`;
  }).observe(page, { attributeFilter: ["data-theme"] });
}
