/** What a token can be limited to, by service: all of its calls, or each of those that the caller may call. */
export function scopeChoices(
  methods: ReadonlySet<string> | undefined,
): { group: string; items: { value: string; label: string }[] }[] {
  const services = Map.groupBy([...(methods ?? [])].toSorted(), (method) => method.slice(0, method.indexOf("/")));
  return [...services].map(([service, calls]) => {
    const group = service.split(".").at(-1) ?? service;
    return {
      group,
      items: [
        { value: `${service}/*`, label: `${group}/*` },
        ...calls.map((value) => ({ value, label: `${group}${value.slice(value.indexOf("/"))}` })),
      ],
    };
  });
}
