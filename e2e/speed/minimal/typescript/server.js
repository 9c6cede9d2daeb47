// A minimal server of the TypeScript SDK that forwards create_insights_job, as
// the SDK's README and examples show it; over HTTP each session has a server.
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod/v4';

const { values } = parseArgs({ options: { upstream: { type: 'string' }, http: { type: 'string' } } });

// node:http with kept connections takes less time a request than fetch does.
const agent = new Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 512 });

function create(sessionId, body) {
  const payload = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(`${values.upstream}/api/v1/sessions/${encodeURIComponent(sessionId)}/insights`, {
      agent,
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload), 'X-Api-Key': 'lsv2_pt_speed' },
      timeout: 60_000,
    }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (part) => { answer += part; });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200) reject(new Error(`upstream answered ${response.statusCode}: ${answer}`));
        else resolve(JSON.parse(answer));
      });
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error('upstream did not answer')));
    sent.end(payload);
  });
}

const inputSchema = {
  session_id: z.uuid().describe("The project's UUID."),
  config_id: z.uuid().nullish().describe('Run this saved config.'),
  start_time: z.iso.datetime().nullish().describe('e.g. 2026-01-31T00:00:00Z; not with last_n_hours.'),
  end_time: z.iso.datetime().nullish().describe('Needs start_time.'),
  last_n_hours: z.int().min(1).nullish().describe('Window; without any, the last 7 days.'),
  hierarchy: z.array(z.int()).nullish().describe('Clusters per level.'),
  partitions: z.record(z.string(), z.string()).nullish().describe('Fixed top categories: name to description.'),
  sample: z.number().positive().max(1000).nullish().describe('The most traces to analyse.'),
  summary_prompt: z.string().nullish().describe('Mustache.'),
  filter: z.string().nullish().describe('Which runs.'),
  name: z.string().nullish().describe("The job's name."),
  attribute_schemas: z.record(z.string(), z.object({
    type: z.enum(['string', 'number', 'boolean']),
    description: z.string(),
    filter_by: z.boolean().optional(),
  })).nullish().describe('To extract per trace.'),
  user_context: z.record(z.string(), z.string()).nullish().describe('Question to answer.'),
  model: z.enum(['openai', 'anthropic']).optional().describe('openai or anthropic.'),
  cluster_model: z.string().nullish().describe('With summary_model, instead of model.'),
  summary_model: z.string().nullish().describe('With cluster_model, instead of model.'),
  is_scheduled: z.boolean().optional().describe('Whether a schedule started it.'),
  validate_model_secrets: z.boolean().optional().describe('Whether missing model keys are refused.'),
};

const outputSchema = {
  id: z.string().describe("The job's UUID."),
  name: z.string().describe("The job's name."),
  status: z.string().describe('queued at first.'),
  error: z.string().optional().describe('Why it failed.'),
};

function newServer() {
  const server = new McpServer({ name: 'speed-typescript', version: '1.0.0' });
  server.registerTool('create_insights_job', {
    description: "Start LangSmith's Insights Agent over a tracing project.",
    inputSchema,
    outputSchema,
  }, async ({ session_id: sessionId, ...body }) => {
    const job = await create(sessionId, body);
    return { content: [{ type: 'text', text: JSON.stringify(job) }], structuredContent: job };
  });
  return server;
}

function listen(address) {
  const app = createMcpExpressApp();
  const transports = new Map();
  app.post('/mcp', async (req, res) => {
    const id = req.headers['mcp-session-id'];
    let transport = id && transports.get(id);
    if (!transport) {
      if (id || !isInitializeRequest(req.body)) {
        res.status(id ? 404 : 400).json({ jsonrpc: '2.0', error: { code: -32000, message: 'No such session' }, id: null });
        return;
      }
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        onsessioninitialized: (opened) => transports.set(opened, transport),
      });
      transport.onclose = () => transports.delete(transport.sessionId);
      await newServer().connect(transport);
    }
    await transport.handleRequest(req, res, req.body);
  });
  const [host, port] = address.split(':');
  app.listen(Number(port), host);
}

if (values.http) listen(values.http);
else await newServer().connect(new StdioServerTransport());
