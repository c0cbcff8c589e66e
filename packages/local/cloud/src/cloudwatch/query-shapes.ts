import type { QueryMembers, QueryType } from "../http/query-protocol.ts";

/** What the query protocol calls the members of CloudWatch's operations: the input, and the output if there is one. */
interface OperationShape {
  readonly input: QueryMembers;
  readonly output?: QueryMembers;
}

const string: QueryType = { kind: "string" };
const integer: QueryType = { kind: "integer" };
const double: QueryType = { kind: "double" };
const boolean: QueryType = { kind: "boolean" };
const timestamp: QueryType = { kind: "timestamp" };
const structure = (members: QueryMembers): QueryType => ({ kind: "structure", members });
const list = (of: QueryType): QueryType => ({ kind: "list", of, wrapped: true });

const named = (type: QueryType, ...names: readonly string[]): QueryMembers =>
  Object.fromEntries(names.map((name) => [name, { name, type }]));

const dimensions = named(list(structure(named(string, "Name", "Value"))), "Dimensions");
const metric = { ...named(string, "Namespace", "MetricName"), ...dimensions };
const messages = named(list(structure(named(string, "Code", "Value"))), "Messages");
const statistics = named(double, "SampleCount", "Average", "Sum", "Minimum", "Maximum");

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/ in the query protocol. */
export const queryShapes: Readonly<Record<string, OperationShape>> = {
  GetMetricStatistics: {
    input: {
      ...metric,
      ...named(timestamp, "StartTime", "EndTime"),
      ...named(integer, "Period"),
      ...named(list(string), "Statistics", "ExtendedStatistics"),
      ...named(string, "Unit"),
    },
    output: {
      ...named(string, "Label"),
      ...named(
        list(
          structure({
            ...named(timestamp, "Timestamp"),
            ...statistics,
            ...named(string, "Unit"),
            ...named(
              { kind: "map", keyName: "key", valueName: "value", of: double, wrapped: true },
              "ExtendedStatistics",
            ),
          }),
        ),
        "Datapoints",
      ),
    },
  },
  GetMetricData: {
    input: {
      ...named(
        list(
          structure({
            ...named(string, "Id", "Expression", "Label"),
            ...named(boolean, "ReturnData"),
            ...named(
              structure({
                ...named(structure(metric), "Metric"),
                ...named(integer, "Period"),
                ...named(string, "Stat", "Unit"),
              }),
              "MetricStat",
            ),
          }),
        ),
        "MetricDataQueries",
      ),
      ...named(timestamp, "StartTime", "EndTime"),
      ...named(string, "ScanBy"),
    },
    output: {
      ...named(
        list(
          structure({
            ...named(string, "Id", "Label"),
            ...named(list(timestamp), "Timestamps"),
            ...named(list(double), "Values"),
            ...named(string, "StatusCode"),
          }),
        ),
        "MetricDataResults",
      ),
      ...messages,
    },
  },
  ListMetrics: {
    input: { ...metric, ...named(string, "NextToken", "RecentlyActive") },
    output: { ...named(list(structure(metric)), "Metrics"), ...named(string, "NextToken") },
  },
  PutMetricData: {
    input: {
      ...named(string, "Namespace"),
      ...named(
        list(
          structure({
            ...named(string, "MetricName", "Unit"),
            ...dimensions,
            ...named(timestamp, "Timestamp"),
            ...named(double, "Value"),
            ...named(list(double), "Values", "Counts"),
            ...named(
              structure(named(double, "SampleCount", "Sum", "Minimum", "Maximum")),
              "StatisticValues",
            ),
            ...named(integer, "StorageResolution"),
          }),
        ),
        "MetricData",
      ),
    },
  },
};
