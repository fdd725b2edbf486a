import { expect } from "chai";
import { escapeHtml, markup } from "./markup.ts";

describe("markup", () => {
  it("escapes texts, keeps what it made itself, and joins lists", () => {
    const list = ["<i>", markup`<b>${"&"}</b>`];
    expect(markup`<p title="${`"'`}">${list}${undefined}</p>`.toString()).to.equal(
      `<p title="&quot;&#39;">&lt;i&gt;<b>&amp;</b></p>`,
    );
  });

  it("writes numbers with one decimal", () => {
    expect(markup`${1.25}${-0.04} ${10}`.toString()).to.equal("1.30 10");
  });
});

describe("escapeHtml", () => {
  it("escapes what means something in elements and in quoted attributes, once", () => {
    expect(escapeHtml(`<a b="c" d='e'>&amp;`)).to.equal("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;");
  });
});
