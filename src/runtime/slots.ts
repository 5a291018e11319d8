// How many steps may run at once: whoever waits longest goes first.

export interface Slots {
  take(): Promise<void>;
  free(): void;
}

export function openSlots(count: number): Slots {
  let left = count;
  const waiting: (() => void)[] = [];
  return {
    take: async () => {
      if (left > 0) {
        left -= 1;
        return;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
    free: () => {
      const next = waiting.shift();
      if (next === undefined) left += 1;
      else next();
    },
  };
}
