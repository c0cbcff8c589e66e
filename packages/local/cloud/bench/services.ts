import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { bareClients } from "./bare-clients.ts";
import { type Amounts, type Comparison, comparisons } from "./comparisons.ts";
import { type Measurement, measure, type Rounds } from "./measure.ts";
import { headline, tableLine } from "./report.ts";
import { sdkClients } from "./sdk-clients.ts";
import { startServer } from "./server-process.ts";

/**
 * S3, SQS and DynamoDB of the local cloud against other local servers, in one run. README.md says how to read it.
 *
 *   node bench/services.ts [--quick] [--json] [--client sdk|bare] [--only s3|sqs|dynamodb] [--profile <folder>]
 */
const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    client: { type: "string", default: "sdk" },
    only: { type: "string" },
    profile: { type: "string" },
  },
});

const rounds: Rounds = options.quick
  ? { count: 1, windowMs: 500, warmUpMs: 150 }
  : { count: 3, windowMs: 1100, warmUpMs: 300 };
const amounts: Amounts = options.quick
  ? { listedKeys: 4000, waitingMessages: 4000 }
  : { listedKeys: 20_000, waitingMessages: 8000 };
const clients = oneOf({ sdk: sdkClients, bare: bareClients }, options.client, "--client");
const wanted =
  options.only === undefined
    ? comparisons
    : [
        oneOf(
          Object.fromEntries(comparisons.map((one) => [one.service, one])),
          options.only,
          "--only",
        ),
      ];

function oneOf<T>(choices: Readonly<Record<string, T>>, name: string, option: string): T {
  const chosen = Object.hasOwn(choices, name) ? choices[name] : undefined;
  if (chosen !== undefined) return chosen;
  throw new Error(`${option} is one of ${Object.keys(choices).join(", ")}, not ${name}`);
}

const print = (line: string): void => {
  if (!options.json) console.log(line);
};

async function compare({ prepare, script }: Comparison): Promise<Measurement[]> {
  const ours = await startServer("serve-local-cloud.ts", options.profile);
  const baseline = await startServer(script);
  const { pairs, close } = await prepare(clients, ours.address, baseline.address, amounts);
  const measurements: Measurement[] = [];
  for (const pair of pairs) {
    const measurement = await measure(pair, rounds, {
      ours: ours.cpuTime,
      baseline: baseline.cpuTime,
    });
    measurements.push(measurement);
    print(tableLine(measurement));
  }
  close();
  await ours.stop();
  await baseline.stop();
  return measurements;
}

print(
  `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.version}, ${options.client} client`,
);
const services: object[] = [];
for (const comparison of wanted) {
  const { service, baseline } = comparison;
  print(headline(service, baseline));
  services.push({ service, baseline, measurements: await compare(comparison) });
}
if (options.json) {
  console.log(JSON.stringify({ client: options.client, rounds, services }, undefined, 2));
}
