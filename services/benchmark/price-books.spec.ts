import { Code } from "@connectrpc/connect";
import { ErrorReason } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { type BenchmarkReplica, type BenchmarkSite, createBenchmarkSite, refusalOf } from "./testing/benchmark-site.ts";
import { monthOf, ownPriceBook } from "./testing/own-price-book.ts";
import { plainObservation, tenMs } from "./testing/plain-observation.ts";

after(stopTestDatabases);

describe("price books", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let site: BenchmarkSite;
  let replica: BenchmarkReplica;

  const serve = () => site.serve(() => tenMs + 3_600_000);
  beforeEach(async () => {
    site = await createBenchmarkSite();
    replica = await serve();
  });
  afterEach(() => site.close());

  it("become versions, and change nothing where they say the same", async () => {
    const first = await replica.client.applyPriceBook({ yaml: ownPriceBook() });
    expect(first.changed).to.equal(true);
    expect(first.priceBook).to.include({
      name: "ours",
      version: 1,
      author: "ada",
      trust: "contract",
      yaml: ownPriceBook(),
    });
    expect(first.priceBook?.createTime).to.not.equal(undefined);
    // Said otherwise, but the same.
    const again = await replica.client.applyPriceBook({ yaml: ownPriceBook().replace("# as agreed\n", "") });
    expect(again.changed).to.equal(false);
    expect(again.priceBook).to.include({ version: 1, yaml: ownPriceBook() });
    const second = await replica.client.applyPriceBook({ yaml: ownPriceBook(0.07) });
    expect(second).to.deep.include({ changed: true });
    expect(second.priceBook).to.include({ version: 2 });
    const old = await replica.client.getPriceBook({ name: "ours", version: 1 });
    expect(old.priceBook).to.include({ version: 1, yaml: ownPriceBook() });
    expect((await replica.client.getPriceBook({ name: "ours" })).priceBook).to.include({
      version: 2,
      yaml: ownPriceBook(0.07),
    });
  });

  it("are stored once under a request id, and refused where it comes with something else", async () => {
    const ask = { requestId: "r-1", yaml: ownPriceBook() };
    const answers = await Promise.all([replica.client.applyPriceBook(ask), replica.client.applyPriceBook(ask)]);
    answers.push(await replica.client.applyPriceBook(ask));
    expect(answers.map(({ changed, priceBook }) => [changed, priceBook?.version])).to.deep.equal(
      Array(3).fill([true, 1]),
    );
    const reused = await refusalOf(replica.client.applyPriceBook({ ...ask, yaml: ownPriceBook(0.07) }));
    expect(reused.reason).to.equal(ErrorReason.REQUEST_ID_REUSED);
    expect((await replica.client.getPriceBook({ name: "ours" })).priceBook?.version).to.equal(1);
  });

  it("take turns when several are applied at once", async () => {
    await Promise.all([1, 2, 3, 4, 5].map((price) => replica.client.applyPriceBook({ yaml: ownPriceBook(price) })));
    const versions = [1, 2, 3, 4, 5].map((version) => replica.client.getPriceBook({ name: "ours", version }));
    expect(new Set((await Promise.all(versions)).map(({ priceBook }) => priceBook?.yaml)).size).to.equal(5);
  });

  it("are checked and not stored when only that is asked for", async () => {
    const checked = await replica.client.applyPriceBook({ yaml: ownPriceBook(), validateOnly: true });
    expect(checked).to.include({ changed: true });
    expect(checked.priceBook).to.include({ name: "ours", version: 1 });
    expect((await refusalOf(replica.client.getPriceBook({ name: "ours" }))).code).to.equal(Code.NotFound);
  });

  it("are refused with the place of what is wrong", async () => {
    const error = await refusalOf(
      replica.client.applyPriceBook({ yaml: ownPriceBook().replace("USD", "Dollars").replace("0.08", "-1") }),
    );
    expect(error).to.include({ reason: ErrorReason.INVALID_FIELD, code: Code.InvalidArgument });
    expect(error.message).to.contain('line 5, column 11: "currency" must be').and.contain("line 13, column 14");
    expect(error.metadata).to.include({ field: "yaml", line: "5", column: "11" });
    for (const control of ["\0", "\u001b[2J", "\u009b"]) {
      const acting = await refusalOf(replica.client.applyPriceBook({ yaml: `${ownPriceBook()}# ${control}\n` }));
      expect(acting.message).to.contain("control characters");
    }
  });

  it("that ship have their YAML too, can be edited, and come back when that is deleted", async () => {
    const shipped = (await replica.client.getPriceBook({ name: "signoz-cloud" })).priceBook;
    expect(shipped).to.include({ version: 0, author: "" });
    expect(shipped?.createTime).to.equal(undefined);
    const edited = (shipped?.yaml ?? "").replace("per_million_samples: 0.1", "per_million_samples: 1");
    expect((await replica.client.applyPriceBook({ yaml: shipped?.yaml ?? "" })).changed).to.equal(false);
    expect((await replica.client.applyPriceBook({ yaml: edited })).priceBook).to.include({ version: 1 });
    // Not renewed at a start.
    await replica.stop();
    replica = await serve();
    const listed = (await replica.client.listPriceBooks({})).priceBooks.find(({ name }) => name === "signoz-cloud");
    expect(listed).to.include({ version: 1, author: "ada", yaml: "" });
    await replica.client.recordObservations({
      observations: [plainObservation(), plainObservation({ variant: "candidate" })],
    });
    const { books } = await replica.client.getCostAnalysis({ experimentId: "exp-1", books: ["signoz-cloud"] });
    expect(books[0]?.arms[0]?.monthly).to.be.closeTo(monthOf(1000) / 0.08, 1e-6);
    const ask = { requestId: "d-1", name: "signoz-cloud" };
    await replica.client.deletePriceBook(ask);
    await replica.client.deletePriceBook(ask);
    expect((await replica.client.getPriceBook({ name: "signoz-cloud" })).priceBook).to.include({ version: 0 });
  });

  it("that are not there, or as they were shipped, cannot be shown or deleted", async () => {
    for (const call of [
      replica.client.getPriceBook({ name: "none" }),
      replica.client.deletePriceBook({ name: "none" }),
    ]) {
      const error = await refusalOf(call);
      expect(error.code).to.equal(Code.NotFound);
      expect(error.message).to.contain('there is no price book "none"; there are amazon-managed-prometheus');
    }
    expect((await refusalOf(replica.client.getPriceBook({ name: "signoz-cloud", version: 3 }))).message).to.contain(
      "newest is 0",
    );
    const shipped = await refusalOf(replica.client.deletePriceBook({ name: "signoz-cloud" }));
    expect(shipped.code).to.equal(Code.FailedPrecondition);
  });

  it("that SQL has broken are named instead of priced with", async () => {
    await site.db.query("UPDATE price_books SET terms = '{\"prices\": {}}' WHERE name = 'signoz-cloud'");
    const broken = await refusalOf(replica.client.getCostAnalysis({ experimentId: "exp-1", books: ["signoz-cloud"] }));
    expect(broken.reason).to.equal(ErrorReason.INTERNAL);
    await site.db.query("UPDATE price_books SET rule = 'none' WHERE name = 'signoz-cloud'");
    expect((await refusalOf(replica.client.getCostAnalysis({ experimentId: "exp-1" }))).reason).to.equal(
      ErrorReason.INTERNAL,
    );
  });
});
