import { isObject, objectAt, objectsIn, textAt, type Fields } from './fields.ts';
import type { Flow } from './flow.ts';

/** All tasks of a flow with the tasks inside them, each before those that it contains. */
export function tasksOf({ fields }: Pick<Flow, 'fields'>): Fields[] {
  return ['tasks', 'errors', 'finally', 'afterExecution'].flatMap((key) => withInner(fields[key]));
}

function withInner(value: unknown): Fields[] {
  return objectsIn(value).flatMap((task) => [
    task,
    ...['tasks', 'then', 'else', 'defaults'].flatMap((key) => withInner(task[key])),
    ...Object.values(objectAt(task, 'cases')).flatMap(withInner),
  ]);
}

export function tasksOfType(flow: Pick<Flow, 'fields'>, type: string): Fields[] {
  return tasksOf(flow).filter((task) => textAt(task, 'type').endsWith(`.${type}`));
}

/** The task with this id. @throws Error if the flow does not have it */
export function taskCalled(flow: Flow, id: string): Fields {
  const task = tasksOf(flow).find((one) => one['id'] === id);
  if (!isObject(task)) throw new Error(`${flow.name} has no task ${id}.`);
  return task;
}

/** The shell script of a task. */
export function scriptOf(flow: Flow, id: string): string {
  const commands = taskCalled(flow, id)['commands'];
  return Array.isArray(commands) ? commands.map(String).join('\n') : '';
}
