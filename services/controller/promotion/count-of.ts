/** "1 host", "3 hosts". */
export function countOf(hosts: number): string {
  return hosts === 1 ? "1 host" : `${hosts} hosts`;
}
