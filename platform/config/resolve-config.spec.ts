import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { describeConfig, field, resolveConfig } from "./index.ts";

const schema = {
  host: field.text({ description: "Address to bind.", default: "127.0.0.1" }),
  port: field.integer({ description: "Port.", default: 7470, min: 0, max: 65_535 }),
  databaseUrl: field.text({ description: "PostgreSQL.", secret: true }),
  leaseMs: field.durationMs({ description: "Lease.", default: 5_000 }),
  insecure: field.boolean({ description: "No TLS.", default: false }),
  services: field.list({ description: "Parts.", default: ["controller"] }),
  logLevel: field.choice(["info", "debug"], { description: "Level.", default: "info" }),
};

describe("resolveConfig", () => {
  let directory: string;
  const file = (text: string): string => {
    const path = join(directory, "phoenix.yaml");
    writeFileSync(path, text);
    return path;
  };
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "phoenix-config-"));
  });
  after(() => rmSync(directory, { recursive: true }));

  it("takes the flag before the environment before the file before the default", () => {
    const path = file("port: 3\nhost: file.test\nleaseMs: 3s\n");
    const env = { PHOENIX_PORT: "2", PHOENIX_HOST: "env.test" };
    const config = resolveConfig(schema, { flags: { port: "1" }, env, file: path });
    expect(config).to.deep.equal({
      host: "env.test",
      port: 1,
      databaseUrl: undefined,
      leaseMs: 3_000,
      insecure: false,
      services: ["controller"],
      logLevel: "info",
    });
  });

  it("reads every kind from text", () => {
    const env = {
      PHOENIX_LEASE_MS: "1.5m",
      PHOENIX_INSECURE: "yes",
      PHOENIX_SERVICES: "gateway, analytics",
      PHOENIX_LOG_LEVEL: "debug",
    };
    const config = resolveConfig(schema, { env });
    expect(config).to.deep.include({
      leaseMs: 90_000,
      insecure: true,
      services: ["gateway", "analytics"],
      logLevel: "debug",
    });
  });

  it("freezes what it gives", () => {
    expect(Object.isFrozen(resolveConfig(schema, {}))).to.equal(true);
  });

  it("counts an empty environment variable as not set", () => {
    expect(resolveConfig(schema, { env: { PHOENIX_HOST: "" } }).host).to.equal("127.0.0.1");
  });

  for (const [what, sources, words] of [
    [
      "a port out of range",
      { flags: { port: "70000" } },
      /flag --port is "70000": expected a whole number from 0 to 65535/,
    ],
    ["a word for a number", { env: { PHOENIX_PORT: "many" } }, /PHOENIX_PORT is "many": expected a whole number/],
    ["a duration without unit", { flags: { leaseMs: "30" } }, /--lease-ms is "30": expected a duration/],
    ["a choice that is none", { flags: { logLevel: "loud" } }, /expected one of info, debug/],
  ] as const) {
    it(`refuses ${what} and names the source`, () => {
      expect(() => resolveConfig(schema, sources)).to.throw(words);
    });
  }

  it("refuses an unknown key of the file and lists the known ones", () => {
    expect(() => resolveConfig(schema, { file: file("prot: 1\n") })).to.throw(/unknown keys: prot\. Known are .*port/);
  });

  it("refuses a file that is not there in one line", () => {
    expect(() => resolveConfig(schema, { file: join(directory, "none.yaml") })).to.throw(/none\.yaml cannot be read/);
  });

  it("does not show a secret it refuses", () => {
    const secret = { key: field.integer({ description: "A number nobody may see.", secret: true }) };
    expect(() => resolveConfig(secret, { flags: { key: "s3cret" } }))
      .to.throw(/not shown/)
      .and.not.match(/s3cret/);
  });
});

describe("describeConfig", () => {
  it("names the flag and the variable of each key", () => {
    expect(describeConfig(schema)[2]).to.deep.equal({
      key: "databaseUrl",
      flag: "--database-url",
      environment: "PHOENIX_DATABASE_URL",
      kind: "text",
      defaultText: "",
      description: "PostgreSQL.",
    });
  });

  it("writes defaults as they can be given back", () => {
    const timed = {
      short: field.durationMs({ description: "Short.", default: 1_500 }),
      long: field.durationMs({ description: "Long.", default: 7_200_000 }),
      none: field.durationMs({ description: "None.", default: 0 }),
      ...schema,
    };
    for (const { key, defaultText } of describeConfig(timed)) {
      if (defaultText !== "")
        expect(resolveConfig(timed, { flags: { [key]: defaultText } })).to.deep.equal(resolveConfig(timed, {}));
    }
    expect(
      describeConfig(timed)
        .slice(0, 3)
        .map(({ defaultText }) => defaultText),
    ).to.deep.equal(["1500ms", "2h", "0ms"]);
  });
});
