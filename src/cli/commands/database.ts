import type { Command } from 'commander';
import { addAdopt } from '../database/adopt.ts';
import type { Shell } from '../shell.ts';

/** `broadsheet database adopt`. */
export function addDatabase(program: Command, shell: Shell): void {
  const database = program.command('database').description('the database itself');
  addAdopt(database, shell);
}
