import type { Page } from 'playwright-core';

/** What WCAG 2.2 asks of text at level AA. */
const RATIO_MIN = 4.5;

/** Every text of a page with too little contrast to its background, by its element and ratio. */
export function lowContrasts(page: Page): Promise<string[]> {
  return page.evaluate((ratioMin) => {
    const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string): number => {
      const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const groundOf = (element: Element | null): string => {
      for (let at = element; at !== null; at = at.parentElement) {
        const { backgroundColor } = getComputedStyle(at);
        if ((channels(backgroundColor)[3] ?? 1) === 1) return backgroundColor;
      }
      return 'rgb(255, 255, 255)';
    };
    const low: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode() !== null) {
      const element = texts.currentNode.parentElement;
      if (element === null || texts.currentNode.textContent?.trim() === '' || !element.checkVisibility())
        continue;
      const style = getComputedStyle(element);
      const ink = element.namespaceURI?.endsWith('svg') === true ? style.fill : style.color;
      const [light = 0, dark = 0] = [luminance(ink), luminance(groundOf(element))].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < ratioMin) low.push(`${element.tagName} ${element.className} ${ratio.toFixed(2)}`);
    }
    return low;
  }, RATIO_MIN);
}
