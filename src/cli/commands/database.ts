import type { Command } from 'commander';
import { addAdopt } from '../database/adopt.ts';
import { addCopy } from '../database/copy.ts';
import { addMove } from '../database/move.ts';
import type { Shell } from '../shell.ts';

/** `broadsheet database adopt | copy | move`. */
export function addDatabase(program: Command, shell: Shell): void {
  const database = program.command('database').description('manage the database');
  addAdopt(database, shell);
  addCopy(database, shell);
  addMove(database, shell);
}
