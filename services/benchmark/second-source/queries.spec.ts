import { expect } from "chai";
import { activeSeriesQuery, dataPointsQuery, metricNamesQuery, nameListQuery } from "./queries.ts";

describe("the queries of an arm", () => {
  const scope = { experimentId: "e1", variant: "baseline", hostIds: ["h1", "h2"], windowSeconds: 5 };
  const series = '{experiment_id="e1",variant="baseline",host_id=~"h1|h2"}';

  it("look at exactly one window", () => {
    expect(activeSeriesQuery(scope)).to.equal(`count by (host_id) (last_over_time(${series}[5s]))`);
    expect(metricNamesQuery(scope)).to.equal(
      `count by (host_id) (count by (host_id, __name__) (last_over_time(${series}[5s])))`,
    );
    expect(nameListQuery(scope, 60)).to.equal(`count by (__name__) (last_over_time(${series}[60s]))`);
  });

  it("count points name by name", () => {
    const part = (name: string) =>
      `label_replace(sum by (host_id) (count_over_time({__name__="${name}",${series.slice(1)}[5s])), "of", "${name}", "", "")`;
    expect(dataPointsQuery(scope, ["a", "b_total"])).to.equal(`sum by (host_id) (${part("a")} or ${part("b_total")})`);
  });
});
