/** Takes the first message of a stream and gives it with the stream as it was; throws nothing of its own. */
export async function peekFirst<T>(
  messages: AsyncIterable<T>,
): Promise<{ first: T | undefined; all: AsyncIterable<T> }> {
  const iterator = messages[Symbol.asyncIterator]();
  const { done, value } = await iterator.next();
  const first = done === true ? undefined : (value as T);
  async function* all(): AsyncGenerator<T> {
    if (first === undefined) return;
    yield first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return { first, all: all() };
}
