-- The databases for compose.yaml. The server runs this once, when its volume is empty.
CREATE DATABASE synapse;
CREATE DATABASE telegram;
CREATE DATABASE gangway;
