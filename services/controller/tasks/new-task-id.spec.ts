import { expect } from "chai";
import { newTaskId } from "./new-task-id.ts";

describe("the id of a new task", () => {
  it("is a UUID of version 7 whose first 48 bits are the time", () => {
    // The time of the example in RFC 9562, appendix A.6.
    const id = newTaskId(0x017f22e279b0);
    expect(id).to.match(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("sorts as text by the time it was made, and differs within a millisecond", () => {
    const ids = [1, 15, 16, 4096].map((minutes) => newTaskId(1_700_000_000_000 + minutes * 60_000));
    expect(ids.toSorted()).to.deep.equal(ids);
    expect(new Set(Array.from({ length: 100 }, () => newTaskId(1_700_000_000_000))).size).to.equal(100);
  });
});
