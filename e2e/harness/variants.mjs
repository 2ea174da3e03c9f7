// The eight ways in which every screen is looked at: desktop and phone, light and dark, English and Japanese.

/**
 * @typedef {{ name: string, width: number, height: number, touch: boolean, theme: "light" | "dark",
 *   language: "en" | "ja", locale: string, timezone: string }} Variant
 */

const sizes = [
  { width: 1440, height: 900, touch: false },
  { width: 390, height: 844, touch: true },
];
const themes = /** @type {const} */ (["light", "dark"]);
const languages = /** @type {const} */ ([
  { language: "en", locale: "en-GB", timezone: "Europe/London" },
  { language: "ja", locale: "ja-JP", timezone: "Asia/Tokyo" },
]);

/** @type {Variant[]} */
export const variants = languages.flatMap((language) =>
  themes.flatMap((theme) =>
    sizes.map((size) => ({
      name: `${language.language}-${theme}-${size.width}`,
      ...size,
      theme,
      ...language,
    })),
  ),
);

/** English, light, on a desktop: what a story uses when the variant does not matter. */
export const wide = /** @type {Variant} */ (
  variants.find((variant) => variant.name === "en-light-1440")
);
