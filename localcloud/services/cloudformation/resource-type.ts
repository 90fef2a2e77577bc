import type { CloudContext } from '../../cloud-context.ts';
import type { Call, Peers } from '../../service.ts';
import type { Json } from './model.ts';
import type { Shape } from './property-shape.ts';

/** What a resource's handler works with. */
export interface ResourceScope {
  readonly context: CloudContext;
  readonly peers: Peers;
  /** In the name of CloudFormation, or of the stack's service role. */
  readonly call: Call;
  readonly stackName: string;
  readonly logicalId: string;
  /** The stack's tags with the resource's own over them. */
  tags(own: readonly Tag[] | undefined): Tag[];
  /** `<stack>-<logicalId>-<random>`, cut to `maxLength`; the same each time it is asked for. */
  generateName(maxLength: number): string;
  /** Says that something exists now under this physical id: if the rest fails it is deleted again. */
  started(physicalId: string): void;
}

/** A tag of a resource. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What a handler made. */
export interface MadeResource {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes?: Json;
}

/** How a resource type is made, changed and removed, by calls to its service. */
export interface ResourceType<Properties = Json> {
  readonly type: `AWS::${string}::${string}`;
  readonly properties: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
  /** Properties whose change needs another physical resource. */
  readonly replacing: readonly string[];
  /** Properties that are taken and have no effect here. */
  readonly ignored?: readonly string[];
  /** Names for `Fn::GetAtt`. */
  readonly attributes: readonly string[];
  create(properties: Properties, scope: ResourceScope): Promise<MadeResource>;
  /** Absent: every change replaces. */
  update?(
    physicalId: string,
    properties: Properties,
    previous: Properties,
    scope: ResourceScope,
  ): Promise<MadeResource>;
  delete(physicalId: string, properties: Properties, scope: ResourceScope): Promise<void>;
}

/** Declares a resource type; its properties were checked against their shape before a handler sees them. */
export const resourceType = <Properties>(type: ResourceType<Properties>): ResourceType =>
  type as unknown as ResourceType;
