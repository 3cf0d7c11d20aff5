// Makes the pages a little more comfortable. Everything works without it, but a proof of work where
// the site asks for one.

for (const button of document.querySelectorAll('button[data-copy]')) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.copied;
      announce(button.dataset.copied);
      setTimeout(() => (button.textContent = label), 2000);
    } catch {
      // Not allowed here (no https, or by the browser's settings): selected, it is one key away.
      getSelection().selectAllChildren(source);
    }
  });
}

for (const form of document.querySelectorAll('form[data-proof-bits]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button[type=submit]');
    if (button.disabled) return;
    const label = button.textContent;
    button.disabled = true;
    button.textContent = form.dataset.working;
    announce(form.dataset.working);
    const { token, address, proof } = form.elements;
    try {
      const text = `${token.value}:${address.value.trim()}:`;
      proof.value = await findProof(text, +form.dataset.proofBits);
    } finally {
      // Without a proof (no https, so no SHA-256 here) the answer says what is missing.
      button.disabled = false;
      button.textContent = label;
      form.submit();
    }
  });
}

// The first number with which the SHA-256 of the text begins with so many bits that are 0.
async function findProof(text, bits) {
  const encoder = new TextEncoder();
  const isProof = async (number) => {
    const hash = await crypto.subtle.digest('SHA-256', encoder.encode(text + number));
    return new DataView(hash).getUint32(0) >>> (32 - bits) === 0;
  };
  for (let first = 0; ; first += 256) {
    const numbers = Array.from({ length: 256 }, (_, at) => first + at);
    const results = await Promise.all(numbers.map(isProof));
    const found = results.indexOf(true);
    if (found !== -1) return String(first + found);
  }
}

// Says a text to people who listen to the page.
function announce(text) {
  const status = document.querySelector('.announcement') ?? document.createElement('p');
  if (!status.isConnected) {
    status.className = 'announcement';
    status.setAttribute('role', 'status');
    document.querySelector('main').append(status);
  }
  setTimeout(() => (status.textContent = text), 50);
}
