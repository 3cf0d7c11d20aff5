export default {
  title: "The Lighthouse Log",
  url: "https://lighthouse.example/",
  language: "en",
  description: "What the keeper wrote down.",
  author: {
    name: "Jo Keeper",
    email: "jo@lighthouse.example",
    url: "https://lighthouse.example/about/",
  },
};
