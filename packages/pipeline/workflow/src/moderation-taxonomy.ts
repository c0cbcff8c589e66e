/**
 * The labels of Rekognition's content moderation model 7, each with its parent; the top level has "".
 * https://docs.aws.amazon.com/rekognition/latest/dg/moderation-api.html#moderation-api-categories
 */
export const moderationTaxonomy = {
  Explicit: "",
  "Explicit Nudity": "Explicit",
  "Exposed Male Genitalia": "Explicit Nudity",
  "Exposed Female Genitalia": "Explicit Nudity",
  "Exposed Buttocks or Anus": "Explicit Nudity",
  "Exposed Female Nipple": "Explicit Nudity",
  "Explicit Sexual Activity": "Explicit",
  "Sex Toys": "Explicit",

  "Non-Explicit Nudity of Intimate parts and Kissing": "",
  "Non-Explicit Nudity": "Non-Explicit Nudity of Intimate parts and Kissing",
  "Bare Back": "Non-Explicit Nudity",
  "Exposed Male Nipple": "Non-Explicit Nudity",
  "Partially Exposed Buttocks": "Non-Explicit Nudity",
  "Partially Exposed Female Breast": "Non-Explicit Nudity",
  "Implied Nudity": "Non-Explicit Nudity",
  "Obstructed Intimate Parts": "Non-Explicit Nudity of Intimate parts and Kissing",
  "Obstructed Female Nipple": "Obstructed Intimate Parts",
  "Obstructed Male Genitalia": "Obstructed Intimate Parts",
  "Kissing on the Lips": "Non-Explicit Nudity of Intimate parts and Kissing",

  "Swimwear or Underwear": "",
  "Female Swimwear or Underwear": "Swimwear or Underwear",
  "Male Swimwear or Underwear": "Swimwear or Underwear",

  Violence: "",
  Weapons: "Violence",
  "Graphic Violence": "Violence",
  "Weapon Violence": "Graphic Violence",
  "Physical Violence": "Graphic Violence",
  "Self-Harm": "Graphic Violence",
  "Blood & Gore": "Graphic Violence",
  "Explosions and Blasts": "Graphic Violence",

  "Visually Disturbing": "",
  "Death and Emaciation": "Visually Disturbing",
  "Emaciated Bodies": "Death and Emaciation",
  Corpses: "Death and Emaciation",
  Crashes: "Visually Disturbing",
  "Air Crash": "Crashes",

  "Drugs & Tobacco": "",
  Products: "Drugs & Tobacco",
  Pills: "Products",
  "Drugs & Tobacco Paraphernalia & Use": "Drugs & Tobacco",
  Smoking: "Drugs & Tobacco Paraphernalia & Use",

  Alcohol: "",
  "Alcohol Use": "Alcohol",
  Drinking: "Alcohol Use",
  "Alcoholic Beverages": "Alcohol",

  "Rude Gestures": "",
  "Middle Finger": "Rude Gestures",

  Gambling: "",

  "Hate Symbols": "",
  "Nazi Party": "Hate Symbols",
  "White Supremacy": "Hate Symbols",
  Extremist: "Hate Symbols",
} as const;

export type ModerationCategory = keyof typeof moderationTaxonomy;

/** Whether a policy can name it. */
export function isModerationCategory(name: string): name is ModerationCategory {
  return Object.hasOwn(moderationTaxonomy, name);
}
