// The few things these pages do with the document. Text is always set as text, never as markup.

export const byId = (id) => document.getElementById(id);

/** An element with properties and children; strings become text nodes, null and false are left out. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'class') node.className = value;
    else if (name === 'data') Object.assign(node.dataset, value);
    else if (name.includes('-')) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return node;
}

/** Show a problem in the page's alert box, or hide the box. */
export function showProblem(problem) {
  const box = byId('problem');
  box.hidden = !problem;
  if (problem) {
    box.querySelector('b').textContent = problem.what;
    box.querySelector('span').textContent = problem.fix ?? '';
  }
}
