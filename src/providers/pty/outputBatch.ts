export interface OutputBatch {
  add(data: string): void;
  /** From here on output leaves; before, it is kept. */
  open(): void;
  /** Sends the rest. */
  end(): void;
}

/** Short enough that the echo of a key feels immediate. */
const batchMs = 10;
/** In UTF-16 units. */
const batchLength = 64 * 1024;

/** Joins the small pieces a pty gives: what came is sent after 10 ms, or at once when it is 64 k long. */
export function createOutputBatch(send: (data: string) => void): OutputBatch {
  let parts: string[] = [];
  let length = 0;
  let isOpen = false;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const data = parts.join('');
    parts = [];
    length = 0;
    for (let start = 0; start < data.length; ) {
      const end = pieceEnd(data, start);
      send(data.slice(start, end));
      start = end;
    }
  };
  const flushWhenDue = (): void => {
    if (!isOpen || length === 0) return;
    if (length >= batchLength) flush();
    else timer ??= setTimeout(flush, batchMs);
  };

  return {
    add: data => {
      parts.push(data);
      length += data.length;
      flushWhenDue();
    },
    open: () => {
      isOpen = true;
      flushWhenDue();
    },
    end: () => {
      isOpen = true;
      flush();
    },
  };
}

/** Never between the two halves of a character. */
function pieceEnd(data: string, start: number): number {
  const end = Math.min(start + batchLength, data.length);
  const last = data.charCodeAt(end - 1);
  const isCut = end < data.length && last >= 0xd800 && last <= 0xdbff;
  return isCut ? end - 1 : end;
}
