/** What a label is called and belongs to. */
export interface LabelEntry {
  readonly category: string;
  /** The nearest ancestors; {@link ancestorsOf} gives all. */
  readonly parents?: readonly string[];
  readonly aliases?: readonly string[];
}

/**
 * The labels of the 80 things and all their ancestors. Names, categories and aliases are those of
 * Rekognition's label list 3.0, linked from
 * https://docs.aws.amazon.com/rekognition/latest/dg/labels.html, with two exceptions: it has neither
 * Skis nor Snowboard, only the sports. It doesn't tell parents: they are as in Rekognition's answers,
 * less what a thing alone doesn't prove (a skateboard's Person, a toilet's Bathroom).
 */
const entries: Readonly<Record<string, LabelEntry>> = {
  Accessories: { category: "Apparel and Accessories", aliases: ["Accessory"] },
  Aircraft: { category: "Vehicles and Automotive", parents: ["Vehicle"] },
  Airplane: { category: "Vehicles and Automotive", parents: ["Aircraft"] },
  Animal: { category: "Animals and Pets" },
  Apple: { category: "Food and Beverage", parents: ["Fruit"] },
  Appliance: { category: "Home Appliances" },
  Backpack: { category: "Apparel and Accessories", parents: ["Bag"] },
  Bag: { category: "Apparel and Accessories" },
  Baggage: { category: "Travel and Adventure", aliases: ["Luggage"] },
  Ball: { category: "Sports" },
  Banana: { category: "Food and Beverage", parents: ["Fruit"] },
  Baseball: { category: "Sports", parents: ["Sport"], aliases: ["Softball"] },
  "Baseball Bat": { category: "Sports", parents: ["Baseball"] },
  "Baseball Glove": { category: "Sports", parents: ["Baseball", "Glove"] },
  Bear: { category: "Animals and Pets", parents: ["Mammal", "Wildlife"] },
  Bed: { category: "Home and Indoors", parents: ["Furniture"] },
  Bench: { category: "Furniture and Furnishings", parents: ["Furniture"] },
  Bicycle: { category: "Hobbies and Interests", parents: ["Vehicle"], aliases: ["Bike"] },
  Bird: { category: "Animals and Pets", parents: ["Animal"] },
  Blade: { category: "Weapons and Military", parents: ["Weapon"] },
  "Blow Dryer": {
    category: "Tools and Machinery",
    parents: ["Appliance"],
    aliases: ["Hair Drier"],
  },
  Boat: { category: "Vehicles and Automotive", parents: ["Vehicle"] },
  Book: { category: "Hobbies and Interests", parents: ["Publication"] },
  Bottle: { category: "Everyday Objects" },
  Bowl: { category: "Kitchen and Dining" },
  Broccoli: { category: "Food and Beverage", parents: ["Vegetable"] },
  Brush: { category: "Tools and Machinery", parents: ["Tool"] },
  Bus: { category: "Vehicles and Automotive", parents: ["Vehicle"] },
  Cake: { category: "Food and Beverage", parents: ["Dessert"] },
  Canine: { category: "Animals and Pets", parents: ["Mammal"] },
  Canopy: { category: "Buildings and Architecture" },
  Car: { category: "Vehicles and Automotive", parents: ["Vehicle"], aliases: ["Automobile"] },
  Carrot: { category: "Food and Beverage", parents: ["Vegetable"] },
  Cat: { category: "Animals and Pets", parents: ["Mammal", "Pet"] },
  Cattle: { category: "Animals and Pets", parents: ["Livestock", "Mammal"] },
  Chair: { category: "Furniture and Furnishings", parents: ["Furniture"] },
  "Citrus Fruit": { category: "Food and Beverage", parents: ["Fruit"] },
  Clock: { category: "Everyday Objects" },
  Clothing: { category: "Apparel and Accessories", aliases: ["Apparel"] },
  Computer: { category: "Technology and Computing", parents: ["Electronics"] },
  "Computer Hardware": { category: "Technology and Computing", parents: ["Hardware"] },
  "Computer Keyboard": {
    category: "Technology and Computing",
    parents: ["Computer", "Computer Hardware"],
  },
  Couch: { category: "Furniture and Furnishings", parents: ["Furniture"] },
  Cow: { category: "Animals and Pets", parents: ["Cattle"] },
  Cup: { category: "Kitchen and Dining", aliases: ["Mug"] },
  Cutlery: { category: "Kitchen and Dining" },
  Dessert: { category: "Food and Beverage", parents: ["Food"] },
  "Dining Table": { category: "Furniture and Furnishings", parents: ["Table"] },
  Dog: { category: "Animals and Pets", parents: ["Canine", "Pet"] },
  Donut: { category: "Food and Beverage", parents: ["Sweets"] },
  Electronics: { category: "Technology and Computing" },
  Elephant: { category: "Animals and Pets", parents: ["Mammal", "Wildlife"] },
  "Fire Hydrant": { category: "Public Safety", parents: ["Hydrant"] },
  Food: { category: "Food and Beverage" },
  Fork: { category: "Kitchen and Dining", parents: ["Cutlery"] },
  "Formal Wear": { category: "Apparel and Accessories" },
  Frisbee: { category: "Sports", parents: ["Toy"] },
  Fruit: { category: "Food and Beverage", parents: ["Produce", "Plant"] },
  Furniture: { category: "Furniture and Furnishings" },
  Giraffe: { category: "Animals and Pets", parents: ["Mammal", "Wildlife"] },
  Glass: { category: "Materials" },
  Glove: { category: "Apparel and Accessories", parents: ["Clothing"] },
  Handbag: { category: "Apparel and Accessories", parents: ["Accessories", "Bag"] },
  Hardware: { category: "Technology and Computing", parents: ["Electronics"] },
  Horse: { category: "Animals and Pets", parents: ["Mammal"] },
  "Hot Dog": { category: "Food and Beverage", parents: ["Food"] },
  Hydrant: { category: "Tools and Machinery" },
  Jar: { category: "Kitchen and Dining" },
  Kite: { category: "Hobbies and Interests", parents: ["Toy"] },
  Knife: { category: "Weapons and Military", parents: ["Blade"] },
  Laptop: { category: "Technology and Computing", parents: ["Pc"] },
  Light: { category: "Colors and Visual Composition" },
  Livestock: { category: "Animals and Pets", parents: ["Animal"] },
  Mammal: { category: "Animals and Pets", parents: ["Animal"] },
  Microwave: { category: "Home Appliances", parents: ["Oven"] },
  "Mobile Phone": {
    category: "Technology and Computing",
    parents: ["Phone"],
    aliases: ["Cell Phone"],
  },
  Monitor: {
    category: "Technology and Computing",
    parents: ["Computer Hardware", "Screen"],
    aliases: ["Display", "Digital Display", "LCD Screen"],
  },
  Motorcycle: { category: "Vehicles and Automotive", parents: ["Vehicle"] },
  // The list has one Mouse, under Animals and Pets; the thing found here is the other one.
  Mouse: { category: "Technology and Computing", parents: ["Computer Hardware"] },
  Orange: { category: "Food and Beverage", parents: ["Citrus Fruit"] },
  Oven: { category: "Home Appliances", parents: ["Appliance"] },
  "Parking Meter": { category: "Vehicles and Automotive" },
  Pc: { category: "Technology and Computing", parents: ["Computer"] },
  Person: { category: "Person Description", aliases: ["Human"] },
  Pet: { category: "Animals and Pets", parents: ["Animal"] },
  Phone: { category: "Technology and Computing", parents: ["Electronics"] },
  Pizza: { category: "Food and Beverage", parents: ["Food"] },
  Plant: { category: "Plants and Flowers" },
  "Potted Plant": { category: "Home and Indoors", parents: ["Plant"] },
  Pottery: { category: "Hobbies and Interests" },
  Produce: { category: "Food and Beverage", parents: ["Food"] },
  Publication: { category: "Education" },
  Racket: { category: "Sports", parents: ["Sport"] },
  Refrigerator: { category: "Home Appliances", parents: ["Appliance"] },
  "Remote Control": { category: "Technology and Computing", parents: ["Electronics"] },
  "Road Sign": { category: "Transport and Logistics", parents: ["Sign"] },
  Sandwich: { category: "Food and Beverage", parents: ["Food"] },
  Scissors: { category: "Tools and Machinery" },
  Screen: { category: "Technology and Computing", parents: ["Electronics"] },
  Sheep: { category: "Animals and Pets", parents: ["Livestock", "Mammal"] },
  Sign: { category: "Symbols and Flags", parents: ["Symbol"] },
  Sink: { category: "Home and Indoors" },
  Skateboard: { category: "Sports", parents: ["Sport"] },
  Skis: { category: "Sports" },
  Snowboard: { category: "Sports" },
  Spoon: { category: "Kitchen and Dining", parents: ["Cutlery"] },
  Sport: { category: "Sports", aliases: ["Sports"] },
  Stopsign: { category: "Transport and Logistics", parents: ["Road Sign"] },
  Suitcase: { category: "Everyday Objects", parents: ["Baggage"] },
  Surfboard: { category: "Sports" },
  Sweets: { category: "Food and Beverage", parents: ["Food"], aliases: ["Confectionery"] },
  Symbol: { category: "Symbols and Flags" },
  TV: {
    category: "Technology and Computing",
    parents: ["Monitor"],
    aliases: ["Television"],
  },
  Table: { category: "Furniture and Furnishings", parents: ["Furniture"] },
  "Teddy Bear": { category: "Hobbies and Interests", parents: ["Toy"] },
  Tennis: { category: "Sports", parents: ["Sport"] },
  "Tennis Racket": { category: "Sports", parents: ["Racket", "Tennis"] },
  Tie: { category: "Apparel and Accessories", parents: ["Accessories", "Formal Wear"] },
  Toaster: { category: "Home Appliances", parents: ["Appliance"] },
  Toilet: { category: "Home and Indoors" },
  Tool: { category: "Tools and Machinery" },
  Toothbrush: { category: "Beauty and Personal Care", parents: ["Brush"] },
  Toy: { category: "Hobbies and Interests" },
  "Traffic Light": { category: "Transport and Logistics", parents: ["Light"] },
  Train: { category: "Vehicles and Automotive", parents: ["Vehicle"] },
  Transportation: { category: "Vehicles and Automotive" },
  Truck: { category: "Vehicles and Automotive", parents: ["Vehicle"] },
  Umbrella: { category: "Everyday Objects", parents: ["Canopy"] },
  Vase: { category: "Furniture and Furnishings", parents: ["Jar", "Pottery"] },
  Vegetable: { category: "Food and Beverage", parents: ["Produce", "Plant"] },
  Vehicle: { category: "Vehicles and Automotive", parents: ["Transportation"] },
  Weapon: { category: "Weapons and Military", aliases: ["Weaponry"] },
  Wildlife: { category: "Animals and Pets", parents: ["Animal"] },
  "Wine Glass": { category: "Food and Beverage", parents: ["Glass"] },
  Zebra: { category: "Animals and Pets", parents: ["Mammal", "Wildlife"] },
};

/** @throws a TypeError for a name that isn't in the taxonomy */
export function labelEntry(name: string): LabelEntry {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry === undefined) throw new TypeError(`No label is called ${name}.`);
  return entry;
}

/** All ancestors of a label by name, in alphabetical order, as Rekognition lists them. */
export function ancestorsOf(name: string): string[] {
  const found = new Set<string>();
  const visit = (label: string) => {
    for (const parent of labelEntry(label).parents ?? []) {
      found.add(parent);
      visit(parent);
    }
  };
  visit(name);
  return [...found].sort();
}
