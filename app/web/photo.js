// <cueillette-photo>: opens the camera, makes the picture small, and hands it over.
//
// It is drawn anew on a canvas: what a camera hides in a file (place, date, name of the phone) does
// not survive that. The server takes it out once more. Nothing is kept here.

/** The longest side, in pixels. */
const SIDE_MAX = 1024;
/** Characters of base64 that the contract allows. */
const CHARS_MAX = 300_000;
const QUALITIES = [0.75, 0.6, 0.45, 0.3];

/** Width and height that fit, in whole pixels. */
export function fitting(width, height, most = SIDE_MAX) {
  const scale = Math.min(1, most / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** JPEG as base64, as good as the contract's limit lets it be; undefined when nothing fits. */
export async function small(file, canvas = document.createElement("canvas")) {
  const picture = await createImageBitmap(file);
  [canvas.width, canvas.height] = fitting(picture.width, picture.height);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of QUALITIES) {
    const [, base64] = canvas.toDataURL("image/jpeg", quality).split(",");
    if (base64 && base64.length <= CHARS_MAX) return base64;
  }
  return undefined;
}

class Photo extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    const label = document.createElement("label");
    label.className = "button";
    label.textContent = this.getAttribute("label");
    const input = Object.assign(document.createElement("input"), { type: "file", accept: "image/*" });
    input.setAttribute("capture", "environment");
    input.className = "sr";
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    label.append(input);
    this.append(label, said);
    input.addEventListener("change", async () => {
      const jpeg = input.files[0] && (await small(input.files[0]).catch(() => undefined));
      input.value = "";
      said.textContent = jpeg ? "" : "Cette image ne peut pas être lue. En prendre une autre.";
      if (jpeg) this.dispatchEvent(new CustomEvent("photo-taken", { bubbles: true, detail: { jpeg } }));
    });
  }
}

if (globalThis.customElements) customElements.define("cueillette-photo", Photo);
