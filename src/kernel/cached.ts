/** Caches the answers of `ask`. */
export function cached<Name, Answer>(ask: (name: Name) => Answer): (name: Name) => Answer {
  const answers = new Map<Name, Answer>();
  return (name) => {
    if (!answers.has(name)) answers.set(name, ask(name));
    return answers.get(name) as Answer;
  };
}
