// Puts the address field and the numbered marks on a page that is about to be drawn.
({ address, marks }) => {
  if (address) {
    const host = address.split('.').slice(-2).join('.');
    const field = document.createElement('p');
    field.className = 'address';
    field.innerHTML = `<span><em>${address.slice(0, -host.length)}<b>${host}</b></em>/…</span>`;
    document.body.prepend(field);
  }
  for (const { number, selector, side } of marks) {
    const target = document.querySelector(selector);
    if (!target) throw new Error(`Nothing on the page is ${selector}`);
    const at = target.getBoundingClientRect();
    const mark = document.createElement('div');
    mark.className = `mark ${side}`;
    mark.innerHTML = `<i>${number}</i>`;
    Object.assign(mark.style, {
      left: `${Math.round(at.left) - 9}px`, top: `${Math.round(at.top) - 5}px`,
      width: `${Math.round(at.width) + 18}px`, height: `${Math.round(at.height) + 10}px`,
    });
    document.body.append(mark);
  }
}
