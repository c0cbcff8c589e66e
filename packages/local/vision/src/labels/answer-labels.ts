import type { Box, Detection } from "../detector.ts";
import { ancestorsOf, labelEntry } from "./label-taxonomy.ts";
import { thingNames } from "./thing-names.ts";

/** https://docs.aws.amazon.com/rekognition/latest/APIReference/API_Label.html */
export interface Label {
  Name: string;
  /** 0 to 100. */
  Confidence: number;
  /** Where the thing stands; empty for a label that is here as an ancestor. */
  Instances: Instance[];
  Parents: { Name: string }[];
  Aliases: { Name: string }[];
  Categories: { Name: string }[];
}

export interface Instance {
  /** Fractions of the sides of the picture as it is shown. */
  BoundingBox: { Width: number; Height: number; Left: number; Top: number };
  Confidence: number;
}

export interface DetectLabelsAnswer {
  Labels: Label[];
  LabelModelVersion: string;
}

export interface DetectLabelsOptions {
  /** The most labels to answer, those with the highest confidence; ancestors count. */
  readonly maxLabels: number;
  /** 0 to 100; neither labels nor instances below it are answered. */
  readonly minConfidence: number;
}

/**
 * Puts what was found into the words of DetectLabels: a label for each thing, as sure as its surest
 * instance, and one for each ancestor, as sure as its surest descendant; the surest first, then by name.
 */
export function answerLabels(
  detections: readonly Detection[],
  { maxLabels, minConfidence }: DetectLabelsOptions,
  version: string,
): DetectLabelsAnswer {
  const labels = new Map<string, Label>();
  const labelAs = (name: string, confidence: number): Label => {
    const label = labels.get(name) ?? emptyLabel(name);
    label.Confidence = Math.max(label.Confidence, confidence);
    labels.set(name, label);
    return label;
  };

  for (const { thing, confidence, box } of detections) {
    const name = thingNames[thing];
    if (name === undefined) throw new RangeError(`The model knows no thing ${thing}.`);
    if (confidence < minConfidence) continue;
    const label = labelAs(name, confidence);
    label.Instances.push({ BoundingBox: boundingBox(box), Confidence: confidence });
    for (const parent of label.Parents) labelAs(parent.Name, confidence);
  }

  for (const { Instances } of labels.values()) {
    Instances.sort((one, other) => other.Confidence - one.Confidence);
  }
  return {
    Labels: [...labels.values()]
      .sort((one, other) => other.Confidence - one.Confidence || (one.Name < other.Name ? -1 : 1))
      .slice(0, maxLabels),
    LabelModelVersion: version,
  };
}

function emptyLabel(name: string): Label {
  const { aliases = [], category } = labelEntry(name);
  return {
    Name: name,
    Confidence: 0,
    Instances: [],
    Parents: ancestorsOf(name).map(named),
    Aliases: aliases.map(named),
    Categories: [named(category)],
  };
}

function named(Name: string): { Name: string } {
  return { Name };
}

function boundingBox({ width, height, left, top }: Box): Instance["BoundingBox"] {
  return { Width: width, Height: height, Left: left, Top: top };
}
