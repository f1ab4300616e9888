// Two ways of acting on a page: with the keys of a keyboard and nothing else, and with a pointer.
import { expect } from "@playwright/test";
import { focused } from "./looking.js";

/** No page has more stops than this before the one that is looked for. */
const TABS_MAX = 400;

/**
 * Tab, Enter, Space and letters. Wherever the focus stops it must be in sight and show itself;
 * `stops` says how many were looked at.
 */
export function keyboard() {
  const hand = {
    stops: 0,
    async to(target) {
      const { page, element } = await found(target);
      for (let tabs = 0; tabs < TABS_MAX; tabs++) {
        if (await element.evaluate((it) => it === document.activeElement)) return page;
        await page.keyboard.press("Tab");
        const stop = await page.evaluate(focused);
        // Past the last stop the browser's own bar has the focus; the next Tab is the first again.
        if (!stop) continue;
        hand.stops += 1;
        // The parts of a date are the browser's own, and so is what shows the focus on them.
        stop.ring ||= stop.inParts;
        expect(stop, `« ${stop.name} » shows its focus, in sight`).toMatchObject({ ring: true, inSight: true });
      }
      throw new Error(`no key leads to ${target}`);
    },
    async press(target) {
      const page = await hand.to(target);
      await page.keyboard.press("Enter");
    },
    async check(target) {
      if (await target.isChecked()) return;
      const page = await hand.to(target);
      await page.keyboard.press("Space");
      await expect(target).toBeChecked();
    },
    async write(target, text) {
      const page = await hand.to(target);
      await page.keyboard.press("Control+A");
      await page.keyboard.type(text);
    },
    /** A field of the browser's own: day, month and year are typed one after the other. */
    async date(target, day) {
      const page = await hand.to(target);
      const [year, month, date] = day.split("-");
      // The browser's own language says whether the day or the month comes first.
      await page.keyboard.type(`${month}${date}${year}`);
      if ((await target.inputValue()) !== day) {
        for (const _ of [1, 2]) await page.keyboard.press("ArrowLeft");
        await page.keyboard.type(`${date}${month}${year}`);
      }
      await expect(target).toHaveValue(day);
    },
  };
  return hand;
}

async function found(target) {
  await expect(target).toBeVisible();
  return { page: target.page(), element: await target.elementHandle() };
}

/** A pointer, and fields filled at once. */
export function pointer() {
  return {
    press: (target) => target.click(),
    check: (target) => target.check(),
    write: (target, text) => target.fill(text),
    date: (target, day) => target.fill(day),
  };
}
