// The chosen place and two fields of a form say the same: whoever uses no map types it there, and
// the form is sent without any script.

/** Under a metre. */
const DIGITS = 5;

/** « 44,8305 », or with a point. Not a number when it is none. */
export function readDegrees(text) {
  return text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
}

/** As French people write it. */
export function writeDegrees(degrees) {
  return degrees.toFixed(DIGITS).replace(".", ",");
}

export class Fields {
  /** @param {string} ids of the field of the latitude and of that of the longitude */
  constructor(ids, onTyped) {
    this.inputs = ids.split(" ").map((id) => document.getElementById(id));
    this.typed = () => onTyped();
    for (const input of this.inputs) input.addEventListener("change", this.typed);
  }

  forget() {
    for (const input of this.inputs) input.removeEventListener("change", this.typed);
  }

  /** The place that is written there, if it is one. */
  read() {
    const [lat, lng] = this.inputs.map((input) => readDegrees(input.value));
    return Math.abs(lat) <= 85 && Math.abs(lng) <= 180 ? { lat, lng } : undefined;
  }

  write({ lat, lng }) {
    [lat, lng].forEach((degrees, n) => (this.inputs[n].value = writeDegrees(degrees)));
  }
}
