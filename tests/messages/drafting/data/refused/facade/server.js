const express = require("express");
const app = express();
app.post("/message", (req, res) => res.json(req.body.msg));
app.get("/message", (req, res) => res.json([]));
app.listen(3001);
