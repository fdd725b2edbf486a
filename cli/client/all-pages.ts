/**
 * Every item of a paged list, page after page, up to `limit` items.
 * `fetch` gives one page and the token of the next, empty on the last.
 */
export async function allPages<T>(
  fetch: (pageToken: string) => Promise<{ items: T[]; nextPageToken: string }>,
  limit: number,
): Promise<T[]> {
  const items: T[] = [];
  let token = "";
  do {
    const page = await fetch(token);
    items.push(...page.items);
    token = page.nextPageToken;
  } while (token !== "" && items.length < limit);
  return items.slice(0, limit);
}
