// The host of this page, by the MCP Apps specification of 2026-01-26: the handshake, the
// host's capabilities and the requests to it.

import { Peer } from './rpc.js';

/** @import { Arguments, HostCapabilities, HostContext, ToolResult } from './types' */

/**
 * The notifications of a host.
 *
 * @typedef {object} HostEvents
 * @property {(input: Arguments, complete: boolean) => void} input of the tool whose result will be shown
 * @property {(result: ToolResult) => void} result
 * @property {(reason: string) => void} cancelled
 * @property {(context: HostContext) => void} context has changed; the whole of it
 * @property {() => void} teardown the page will be removed
 */

/** The error of a tool. */
export class ToolError extends Error {}

export class Host {
  #peer;
  #events;
  /** @type {HostCapabilities} */
  #capabilities = {};
  /** @type {HostContext} */
  context = {};

  /** @param {HostEvents} events */
  constructor(events) {
    this.#events = events;
    this.#peer = new Peer(window.parent, (method, params) => this.#handleNotification(method, params), (method) => this.#handleRequest(method));
  }

  /** Initializes the connection. It does not end if there is no host. */
  async connect() {
    const { hostCapabilities, hostContext } = await this.#peer.request('ui/initialize', {
      protocolVersion: '2026-01-26',
      appInfo: { name: 'langsmith-insights-report', title: 'LangSmith Insights report', version: '1' },
      appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
    });
    this.#capabilities = hostCapabilities ?? {};
    this.context = hostContext ?? {};
    this.#events.context(this.context);
    this.#peer.notify('ui/notifications/initialized', {});
  }

  /** Whether the host passes calls on to the server. */
  get callsTools() {
    return this.#capabilities.serverTools !== undefined;
  }

  get opensLinks() {
    return this.#capabilities.openLinks !== undefined;
  }

  /** How the host passes text to the model: as a message, as context, or not at all. */
  get messageKind() {
    if (supportsText(this.#capabilities.message)) return 'message';
    return supportsText(this.#capabilities.updateModelContext) ? 'context' : 'none';
  }

  /** Whether the host has another size for the page. */
  get canResize() {
    const modes = this.context.availableDisplayModes ?? [];
    return modes.includes('fullscreen') && modes.includes('inline');
  }

  /**
   * Calls a tool of the server and returns its structured content.
   *
   * @param {string} name
   * @param {Arguments} args
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async call(name, args, signal) {
    /** @type {ToolResult} */
    const result = await this.#peer.request('tools/call', { name, arguments: withoutEmpty(args) }, signal);
    if (result.isError || !result.structuredContent) throw new ToolError(textOf(result) || `${name} gave no result.`);
    return result.structuredContent;
  }

  /** @param {string} url */
  async open(url) {
    throwIfRefused(await this.#peer.request('ui/open-link', { url }));
  }

  /**
   * Passes text to the model, in the way that the host supports.
   *
   * @param {string} text
   * @param {object} data
   */
  async sendToModel(text, data) {
    const content = [{ type: 'text', text }];
    if (this.messageKind === 'message') {
      throwIfRefused(await this.#peer.request('ui/message', { role: 'user', content }));
      return;
    }
    const structured = this.#capabilities.updateModelContext?.structuredContent ? { structuredContent: data } : {};
    await this.#peer.request('ui/update-model-context', { content, ...structured });
  }

  /** Shows the page in full screen, or in the conversation again. */
  async resize() {
    const mode = this.context.displayMode === 'fullscreen' ? 'inline' : 'fullscreen';
    const { mode: displayMode } = await this.#peer.request('ui/request-display-mode', { mode });
    this.#handleNotification('ui/notifications/host-context-changed', { displayMode });
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  reportSize(width, height) {
    this.#peer.notify('ui/notifications/size-changed', { width, height });
  }

  /**
   * @param {string} method
   * @param {any} params
   */
  #handleNotification(method, params) {
    switch (method) {
      case 'ui/notifications/tool-input':
      case 'ui/notifications/tool-input-partial':
        return this.#events.input(params.arguments ?? {}, method === 'ui/notifications/tool-input');
      case 'ui/notifications/tool-result':
        return this.#events.result(params);
      case 'ui/notifications/tool-cancelled':
        return this.#events.cancelled(typeof params.reason === 'string' ? params.reason : '');
      case 'ui/notifications/host-context-changed':
        this.context = { ...this.context, ...params };
        return this.#events.context(this.context);
    }
  }

  /** @param {string} method */
  #handleRequest(method) {
    if (method === 'ui/resource-teardown') this.#events.teardown();
    return method === 'ui/resource-teardown' || method === 'ping' ? {} : undefined;
  }
}

/**
 * The text of a tool's result.
 *
 * @param {ToolResult} result
 */
export function textOf(result) {
  return (result.content ?? []).map((block) => (block.type === 'text' ? block.text : '')).join('\n').trim();
}

/** @param {Arguments} args */
function withoutEmpty(args) {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}

/** @param {Record<string, object> | undefined} modalities none named: older hosts, which take text */
function supportsText(modalities) {
  return modalities !== undefined && (Object.keys(modalities).length === 0 || modalities.text !== undefined);
}

/** @param {{ isError?: boolean } | undefined} result */
function throwIfRefused(result) {
  if (result?.isError) throw new Error('the host declined');
}
