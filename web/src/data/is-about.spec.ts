import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { expect } from "chai";
import { isAbout } from "./is-about.ts";

const host = (subjectId: string) => ({ kind: SubjectKind.HOST, subjectId, subjectName: "web-1" });
const one = "587d8564-2455-446b-90e2-cadcb6973395";
const another = "e04a5946-a63b-4a7b-9668-3cb21624a552";

describe("what a change is about", () => {
  it("leaves what was asked about another host alone", () => {
    expect(isAbout({ hostId: another }, host(one))).to.equal(false);
    expect(isAbout({ hostId: one }, host(one))).to.equal(true);
  });

  it("reads anew what was asked by a name, and what lists many", () => {
    expect(isAbout({ hostId: "web-1" }, host(one))).to.equal(true);
    expect(isAbout({ hostId: "web-2" }, host(one))).to.equal(false);
    expect(isAbout({ hostId: "" }, host(one))).to.equal(true);
    expect(isAbout({ pageSize: 50 }, host(one))).to.equal(true);
    expect(isAbout(undefined, host(one))).to.equal(true);
  });

  it("goes by the id of the kind that changed alone", () => {
    const task = { kind: SubjectKind.TASK, subjectId: another, subjectName: "" };
    expect(isAbout({ hostId: one }, task), "the tasks of a host").to.equal(true);
    expect(isAbout({ taskId: one }, task)).to.equal(false);
  });
});
