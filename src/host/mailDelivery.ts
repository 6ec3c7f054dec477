import { randomUUID } from 'node:crypto';
import type { Origin, ProviderId, ThreadId } from '../contracts/ids.ts';
import type { Message } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';
import { planComeback } from '../core/comeback.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { type Delivery, planDelivery } from '../core/delivery.ts';
import { makeTurnId } from '../core/naming.ts';
import type { Driver } from '../providers/driver.ts';
import { dropStaleNews } from './dropStaleNews.ts';
import { giveUpLost, giveUpUnreadable } from './giveUp.ts';
import type { Log } from './log.ts';
import { comebackPrompt, promptText } from './mailTexts.ts';
import { createSteering, type Steering } from './steering.ts';
import type { TurnRunner } from './turnRunner.ts';
import { settleUncertain } from './uncertainMessages.ts';
import { type WakeParts, wakeOptions } from './wakeOptions.ts';

export interface MailDeliveryOptions extends WakeParts {
  readonly drivers: ReadonlyMap<ProviderId, Driver>;
  readonly runner: Pick<TurnRunner, 'running' | 'pump'>;
  readonly log: Log;
  /** Other waits before a master that was cut goes on. */
  readonly comebackMs?: readonly number[] | undefined;
}

/** What is to happen with the inbox of the thread as it was then. */
export interface PlannedDelivery {
  readonly thread: Thread;
  readonly plan: Delivery;
}

type TurnPlan = Extract<Delivery, { kind: 'turn' | 'comeback' }>;

/** Brings messages to agents that do not come for them: into a running turn, or with a turn of their own. */
export class MailDelivery {
  readonly #options: MailDeliveryOptions;
  readonly #steering: Steering;

  constructor(options: MailDeliveryOptions) {
    const { store, runner, log } = options;
    this.#options = options;
    const textOf = (thread: Thread, messages: readonly Message[]) => promptText(thread, messages, options);
    this.#steering = createSteering({ store, runner, textOf, log });
  }

  /** Undefined where there is no such thread. First settles what became of messages that were brought before. */
  async plan(id: ThreadId): Promise<PlannedDelivery | undefined> {
    const { store, drivers, log } = this.#options;
    const before = store.get(id);
    if (before === undefined) return undefined;
    await settleUncertain(before, { store, drivers, log });
    await giveUpLost(store.get(id) ?? before, store);
    const thread = (await dropStaleNews(id, store)) ?? before;
    return { thread, plan: this.#planFor(thread) };
  }

  /** Resolves once the journal holds what is known of the messages that were brought to the thread. */
  written(id: ThreadId): Promise<void> {
    return this.#steering.written(id);
  }

  async carryOut({ thread, plan }: PlannedDelivery): Promise<void> {
    const { store, runner } = this.#options;
    if ('messages' in plan) {
      const isChanged = await giveUpUnreadable(thread, plan.messages, store);
      // Each change brings us here again.
      if (isChanged || store.get(thread.id) !== thread) return;
    }
    switch (plan.kind) {
      case 'none':
      case 'later':
        return;
      case 'turn':
      case 'comeback':
        await this.#queueTurn(thread, plan);
        runner.pump();
        return;
      case 'steer':
        await this.#steering.steer(thread, plan.messages);
    }
  }

  #planFor(thread: Thread): Delivery {
    const { drivers, runner, settings, comebackMs } = this.#options;
    const { id, provider } = thread;
    const now = Date.now();
    const canSteer = drivers.get(provider)?.capabilities.steer === true;
    const plan = planDelivery(thread, {
      ...wakeOptions(id, this.#options),
      canSteer: canSteer && !this.#steering.isDeaf(thread),
      terminalRests: runner.running(id)?.terminal?.takesMessages() === true,
      now,
    });
    if (plan.kind !== 'none') return plan;
    return planComeback(thread, {
      wake: settings.wake_master,
      now,
      ...definedOnly({ delaysMs: comebackMs }),
    });
  }

  async #queueTurn(thread: Thread, { kind, messages }: TurnPlan): Promise<void> {
    const { store } = this.#options;
    const isComeback = kind === 'comeback';
    const prompt = isComeback
      ? await comebackPrompt(messages, store)
      : await promptText(thread, messages, this.#options);
    const text = await store.putText(prompt);
    // Another turn may have come first meanwhile: the change brings us here again.
    if (store.get(thread.id) !== thread) return;
    await store.commit([
      {
        thread: thread.id,
        change: {
          type: 'turn.queued',
          turn_id: makeTurnId(),
          origin: isComeback ? 'host' : originOf(messages),
          prompt: text,
          message_id: randomUUID(),
          brings: messages.map(message => message.id),
          ...(isComeback ? { comeback: true } : {}),
        },
      },
    ]);
  }
}

/** Who a turn comes from: the person if any of it does. */
function originOf(messages: readonly Message[]): Origin {
  const origins = messages.map(({ origin }) => origin);
  return origins.includes('person') ? 'person' : origins.includes('agent') ? 'agent' : 'host';
}
