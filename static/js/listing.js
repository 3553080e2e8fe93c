// One box that ticks all on the page, which without script would do nothing.
for (const head of document.querySelectorAll('[data-tick-all]')) {
  const box = document.createElement('input'), label = document.createElement('label');
  box.type = 'checkbox';
  box.setAttribute('aria-label', head.dataset.tickAll);
  box.onchange = () => document.querySelectorAll('input[name=ids]').forEach(one => one.checked = box.checked);
  label.append(box);
  head.replaceChildren(label);
}
