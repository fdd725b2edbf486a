import { expect } from "chai";
import { readInline, readMarkdown } from "./read-markdown.ts";

const text = (words: string) => [{ kind: "text", text: words }];

describe("reading a README", () => {
  it("tells headings, paragraphs, lists, tables and code apart", () => {
    const page = [
      "# Title",
      "",
      "One",
      "line.",
      "",
      "- a",
      "  b",
      "- c",
      "",
      "| x | y |",
      "|---|---|",
      "| 1 | 2 |",
      "```",
      "# no",
      "```",
    ];
    expect(readMarkdown(page.join("\n"))).to.deep.equal([
      { kind: "heading", level: 1, parts: text("Title") },
      { kind: "paragraph", parts: text("One line.") },
      { kind: "list", ordered: false, items: [text("a b"), text("c")] },
      { kind: "table", head: [text("x"), text("y")], rows: [[text("1"), text("2")]] },
      { kind: "code", text: "# no" },
    ]);
  });

  it("reads code, bold, italics and links in a line", () => {
    expect(readInline("**Keeps** `a_b*` *so* [it](https://x.example)")).to.deep.equal([
      { kind: "strong", parts: text("Keeps") },
      ...text(" "),
      { kind: "code", text: "a_b*" },
      ...text(" "),
      { kind: "emphasis", parts: text("so") },
      ...text(" "),
      { kind: "link", href: "https://x.example", parts: text("it") },
    ]);
  });

  it("makes no link of what is no address of the web, and no HTML of anything", () => {
    expect(readInline("[x](javascript:alert(1)) <b>y</b>")[0]).to.deep.equal({ kind: "text", text: "x" });
    expect(readMarkdown("<script>1</script>")).to.deep.equal([
      { kind: "paragraph", parts: text("<script>1</script>") },
    ]);
    expect(readInline("process_name and other_name")).to.deep.equal(text("process_name and other_name"));
  });

  it("ends, whatever the text", () => {
    for (const page of ["```", "|", "|\n|-|", "-", "#", "**", "`", "\n\n", "| a |\n| b |"]) readMarkdown(page);
  });
});
