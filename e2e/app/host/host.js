// The host of an MCP App in the browser: the official AppBridge, connected to the test that
// runs it.

import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

/**
 * Shows a page in a frame, as a host does when a tool is called.
 *
 * @param {{ url: string, silent: boolean, capabilities: object, context: object }} options
 */
window.startHost = async ({ url, silent, capabilities, context }) => {
  const frame = document.createElement('iframe');
  frame.title = 'App';
  frame.sandbox.add('allow-scripts', 'allow-same-origin');
  document.body.append(frame);
  if (silent) {
    frame.src = url;
    return new Promise((resolve) => (frame.onload = () => resolve()));
  }
  const bridge = new AppBridge(null, { name: 'test-host', version: '1' }, capabilities, { hostContext: context });
  const seen = (window.seen = { links: [], messages: [], contexts: [], sizes: [], modes: [] });
  bridge.oncalltool = (params) => window.callTool(params);
  bridge.onopenlink = async ({ url }) => (seen.links.push(url), window.declines ? { isError: true } : {});
  bridge.onmessage = async (params) => (seen.messages.push(params), window.declines ? { isError: true } : {});
  bridge.onupdatemodelcontext = async (params) => (seen.contexts.push(params), {});
  bridge.onrequestdisplaymode = async ({ mode }) => (seen.modes.push(mode), { mode });
  bridge.onsizechange = ({ height }) => {
    seen.sizes.push(height);
    if (height) frame.style.height = `${height}px`;
  };
  const initialized = new Promise((resolve) => (bridge.oninitialized = resolve));
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.src = url;
  await initialized;
  window.bridge = bridge;
};
