import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { type PrometheusSettings, readPrometheusSettings } from "./settings.ts";

describe("the settings of a second source", () => {
  it("are none without an address", () => {
    expect(readPrometheusSettings({})).to.equal(undefined);
  });

  it("keep a path and lose a slash at the end", () => {
    expect(readPrometheusSettings({ url: "https://mimir.example/prometheus/" })).to.deep.equal({
      baseUrl: "https://mimir.example/prometheus",
      authorization: undefined,
    });
  });

  it("make a header of a token, or of user and password", () => {
    const url = "http://127.0.0.1:9090";
    expect(readPrometheusSettings({ url, token: "abc.def==" })?.authorization).to.equal("Bearer abc.def==");
    // "Aladdin:open sesame", the example of RFC 7617 section 2.
    expect(readPrometheusSettings({ url, user: "Aladdin", password: "open sesame" })?.authorization).to.equal(
      "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    );
  });

  const refusals: [string, PrometheusSettings, RegExp][] = [
    ["something else than a URL", { url: "prometheus" }, /not a URL/],
    ["another scheme", { url: "file:///etc/passwd" }, /neither http nor https/],
    ["a password in the address", { url: "http://u:s3cret@127.0.0.1" }, /carries a user or a password/],
    ["a query", { url: "http://127.0.0.1/?a=s3cret" }, /query or a fragment/],
    ["credentials in clear to another machine", { url: "http://prometheus.example", token: "s3cret" }, /in clear/],
    ["credentials without an address", { token: "s3cret" }, /no address/],
    [
      "two kinds of credentials",
      { url: "https://p.example", token: "s3cret", user: "u", password: "s3cret" },
      /leave one/,
    ],
    ["a password without a user", { url: "https://p.example", password: "s3cret" }, /both or neither/],
    ["a user that cannot be sent", { url: "https://p.example", user: "a:b", password: "s3cret" }, /colon/],
    ["a token that would be a second header", { url: "https://p.example", token: "s3cret\r\nx: y" }, /characters/],
  ];
  for (const [what, settings, words] of refusals) {
    it(`refuse ${what}, and do not repeat a secret`, () => {
      let refusal: unknown;
      try {
        readPrometheusSettings(settings);
      } catch (error) {
        refusal = error;
      }
      expect(isPhoenixError(refusal, ErrorReason.INVALID_FIELD)).to.equal(true);
      expect((refusal as Error).message)
        .to.match(words)
        .and.not.contain("s3cret");
    });
  }
});
