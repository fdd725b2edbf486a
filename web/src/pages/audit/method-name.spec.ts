import { expect } from "chai";
import { methodWords, shortMethod } from "./method-name.ts";

describe("the name of a call", () => {
  it("is told in short and in words", () => {
    expect(shortMethod("phoenix.controller.v1.ExperimentService/StartExperiment")).to.equal(
      "ExperimentService/StartExperiment",
    );
    expect(methodWords("phoenix.gateway.v1.AuthService/CreateApiToken")).to.equal("Create api token");
    expect(methodWords("Login")).to.equal("Login");
    expect(shortMethod("")).to.equal("");
  });
});
