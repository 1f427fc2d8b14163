const box = document.getElementById("q"), count = document.getElementById("count");
const lines = [...document.querySelectorAll("details li")].map(line => [line, line.textContent.toLowerCase()]);
const groups = [...document.querySelectorAll("details")].map(group => [group, group.querySelector("summary").textContent.toLowerCase()]);
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const [group, title] of groups) {
    let some = false;
    for (const line of group.querySelectorAll("li")) {
      const text = line.textContent.toLowerCase() + " " + title;
      line.hidden = !words.every(word => text.includes(word));
      some ||= !line.hidden;
      shown += !line.hidden;
    }
    group.hidden = !some;
    group.open = some && words.length > 0;
  }
  count.textContent = `${shown} of ${lines.length} operations`;
});
