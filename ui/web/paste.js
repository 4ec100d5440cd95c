// Takes an image from the clipboard wherever it is pasted on the page.

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement;
  root.pasteTrigger = setTriggerValue;
  if (root.pasteListens) return;
  root.pasteListens = true;
  const take = (event) => {
    if (!root.isConnected) return document.removeEventListener("paste", take);
    const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    if (file.size > data.most) return root.pasteTrigger("pasted", { error: "large" });
    const reader = new FileReader();
    reader.onload = () => root.pasteTrigger("pasted", { data: reader.result.split(",")[1] });
    reader.readAsDataURL(file);
  };
  document.addEventListener("paste", take);
}
