import type { AgentEvent } from '../../contracts/agentEvent.ts';
import type { Item } from './items.ts';

type TextItem = Extract<Item, { type: 'agentMessage' | 'plan' | 'reasoning' }>;

interface Piece {
  readonly itemId: string;
  readonly delta: string;
}

interface SummaryPiece extends Piece {
  readonly summaryIndex: number;
}

/** What the agent writes and thinks, piece by piece; whole at its end where it did not come in pieces. */
export class StreamedTexts {
  readonly #streamed = new Set<string>();
  /** The part of a summary that its last piece belongs to. */
  readonly #parts = new Map<string, number>();

  piece(type: 'text' | 'reasoning', { itemId, delta }: Piece): readonly AgentEvent[] {
    this.#streamed.add(itemId);
    return [{ type, item: itemId, text: delta }];
  }

  /** A new part of a summary is a paragraph of its own. */
  summaryPiece({ itemId, summaryIndex, delta }: SummaryPiece): readonly AgentEvent[] {
    const isNext = this.#streamed.has(itemId) && this.#parts.get(itemId) !== summaryIndex;
    this.#parts.set(itemId, summaryIndex);
    return this.piece('reasoning', { itemId, delta: isNext ? `\n\n${delta}` : delta });
  }

  ended(item: TextItem): readonly AgentEvent[] {
    const { id } = item;
    const isTold = this.#streamed.has(id);
    if (item.type !== 'reasoning') {
      return [{ type: 'text', item: id, text: isTold ? '' : item.text, done: true }];
    }
    const text = isTold ? '' : [...item.summary, ...item.content].join('\n\n');
    return isTold || text !== '' ? [{ type: 'reasoning', item: id, text, done: true }] : [];
  }
}
