// The types of the page, for the type checker only. Results are those of the tools; an absent
// field is unknown.

export type Stats = Record<string, unknown>;

export interface Cluster {
  id: string;
  parent_id?: string;
  name: string;
  description?: string;
  num_runs: number;
  share?: number;
  stats?: Stats;
}

export interface Highlight {
  run_id: string;
  cluster_id?: string;
  cluster_name?: string;
  rank: number;
  highlight_reason?: string;
  summary?: string;
  url?: string;
}

// Which traces a job reads.
export interface Scope {
  start_time?: string;
  end_time?: string;
  filter?: string;
  sample?: number;
}

export interface JobResult {
  id: string;
  name: string;
  status: string;
  error?: string;
  created_at?: string;
  num_runs?: number;
  url?: string;
  scope?: Scope;
  session_id: string;
  clusters: Cluster[];
  total_clusters?: number;
  next_offset?: number;
  report?: {
    title?: string;
    key_points?: string[];
    highlighted_traces?: Highlight[];
    left_out?: number;
  };
  retry_after_seconds?: number;
}

export interface ListedRun {
  id: string;
  name?: string;
  summary?: string;
  status?: string;
  error?: string;
  start_time?: string;
  attributes?: Record<string, unknown>;
  url?: string;
}

export interface RunsResult {
  runs: ListedRun[];
  next_offset?: number;
}

export interface ChildRun {
  id: string;
  name?: string;
  run_type?: string;
  status?: string;
  latency_seconds?: number;
  error?: string;
}

export interface RunResult {
  id: string;
  name?: string;
  run_type?: string;
  status?: string;
  error?: string;
  start_time?: string;
  latency_seconds?: number;
  total_cost?: number;
  children?: ChildRun[];
  inputs?: unknown;
  outputs?: unknown;
  url?: string;
  cut?: string[];
}

export interface ComparedJob {
  id: string;
  name: string;
  num_runs: number;
  error_rate?: number;
}

export interface Change {
  name: string;
  parent?: string;
  baseline_name?: string;
  similarity?: number;
  num_runs?: number;
  baseline_num_runs?: number;
  share?: number;
  baseline_share?: number;
  stats?: Stats;
  baseline_stats?: Stats;
  cluster_id?: string;
  baseline_cluster_id?: string;
}

export interface Comparison {
  job: ComparedJob;
  baseline: ComparedJob;
  appeared: Change[];
  vanished: Change[];
  grew: Change[];
  shrank: Change[];
  unchanged: Change[];
  caution?: string[];
}

export interface ToolResult {
  content?: { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
}

// The used part of HostContext of the MCP Apps specification.
export interface HostContext {
  toolInfo?: { tool?: { name?: string } };
  theme?: string;
  styles?: { variables?: Record<string, string | undefined>; css?: { fonts?: string } };
  displayMode?: string;
  availableDisplayModes?: string[];
  locale?: string;
  timeZone?: string;
  safeAreaInsets?: { top: number; right: number; bottom: number; left: number };
}

export interface HostCapabilities {
  openLinks?: object;
  serverTools?: object;
  message?: Record<string, object>;
  updateModelContext?: Record<string, object>;
}

export type Arguments = Record<string, unknown>;

// A category in the tree, with its loaded subcategories.
export interface Node extends Cluster {
  parent: Node | null;
  children: Node[];
  depth: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
