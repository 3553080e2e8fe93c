// Puts the numbered marks on a page that is about to be drawn.
({ marks }) => {
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
