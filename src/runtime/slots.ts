// How many steps run at once: no more than there are slots, and only as far as what they ask of the machine fits beside what
// runs. Whoever waits longest goes first; a later one goes ahead only where it takes nothing that an earlier one lacks.

/** What a step takes while it runs. */
export interface Demand {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly gpus: number;
}

export interface Capacity extends Demand {
  /** Steps at once, whatever they take. */
  readonly steps: number;
}

export interface Slots {
  /** Resolves when there is room, to what makes the room free again; calling that twice is no harm. */
  take(demand: Demand): Promise<() => void>;
  /** Of the machine. */
  readonly cores: number;
  /** Steps that run or could run now, as far as there are slots. */
  busy(): number;
}

/** Those that ask for the same wait in one queue: only its first matters, however many thousands there are. */
interface Queue {
  readonly takes: Capacity;
  readonly waiting: { readonly ticket: number; readonly start: () => void }[];
}

const amounts = ['steps', 'cores', 'memory', 'gpus'] as const;

export function openSlots(capacity: Capacity): Slots {
  let free = capacity;
  let tickets = 0;
  const queues = new Map<string, Queue>();

  function queueOf(demand: Demand): Queue {
    const takes = within({ steps: 1, ...demand }, capacity);
    const key = amounts.map((amount) => takes[amount]).join(' ');
    let queue = queues.get(key);
    if (queue === undefined) queues.set(key, (queue = { takes, waiting: [] }));
    return queue;
  }

  /** The queue whose first may start now. */
  function next(): Queue | undefined {
    const ticket = ({ waiting: [first] }: Queue): number => first?.ticket ?? 0;
    const inOrder = [...queues.values()]
      .filter(({ waiting }) => waiting.length > 0)
      .sort((a, b) => ticket(a) - ticket(b));
    const lacking = new Set<keyof Capacity>();
    for (const queue of inOrder) {
      const { takes } = queue;
      const short = amounts.filter((amount) => takes[amount] > free[amount]);
      if (short.length === 0 && !amounts.some((one) => lacking.has(one) && takes[one] > 0)) return queue;
      for (const amount of short) lacking.add(amount);
    }
    return undefined;
  }

  function startWaiting(): void {
    for (let queue = next(); queue !== undefined; queue = next()) {
      free = sum(free, queue.takes, -1);
      queue.waiting.shift()?.start();
    }
  }

  return {
    cores: capacity.cores,
    busy: () => {
      const waiting = [...queues.values()].reduce((sum, queue) => sum + queue.waiting.length, 0);
      return Math.min(capacity.steps, capacity.steps - free.steps + waiting);
    },
    take: async (demand) => {
      const queue = queueOf(demand);
      await new Promise<void>((resolve) => {
        queue.waiting.push({ ticket: tickets++, start: resolve });
        startWaiting();
      });
      let taken = true;
      return () => {
        if (!taken) return;
        taken = false;
        free = sum(free, queue.takes, 1);
        startWaiting();
      };
    },
  };
}

/** One that asks for more than there is has all of it to itself, rather than never run. */
function within(takes: Capacity, capacity: Capacity): Capacity {
  return capacityOf((amount) => Math.min(takes[amount], capacity[amount]));
}

function sum(a: Capacity, b: Capacity, sign: 1 | -1): Capacity {
  return capacityOf((amount) => a[amount] + sign * b[amount]);
}

function capacityOf(value: (amount: keyof Capacity) => number): Capacity {
  return { steps: value('steps'), cores: value('cores'), memory: value('memory'), gpus: value('gpus') };
}
