import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { refuseTokenInAddress } from "./token-in-address.ts";

describe("refuseTokenInAddress", () => {
  const address = "http://127.0.0.1:7470/phoenix.controller.v1.FleetService/ListHosts";
  const refused = (query: string): boolean => {
    try {
      refuseTokenInAddress(address + query);
      return false;
    } catch (error) {
      expect(isPhoenixError(error, ErrorReason.UNAUTHENTICATED)).to.equal(true);
      expect((error as Error).message).to.not.contain("sesame");
      return true;
    }
  };

  it("refuses credentials by their name and by how they look", () => {
    const queries = [
      "?access_token=sesame",
      "?a=1&Token=sesame",
      "?authorization=Bearer%20sesame",
      "?api-key=&apikey=sesame",
    ];
    for (const query of [...queries, "?q=phx_sesame", "?q=eyJhbGciOi.eyJzdWIi.sesame", "?q=bearer+sesame"]) {
      expect(refused(query), query).to.equal(true);
    }
  });

  it("lets through what a call by GET has", () => {
    expect(refused("")).to.equal(false);
    expect(refused("?connect=v1&encoding=json&message=%7B%22pageToken%22%3A%22abc%22%7D")).to.equal(false);
  });
});
