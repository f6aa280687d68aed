"""Right in another style: a class for a group, costs in place of log-probabilities, tuples that sort by themselves."""


class _Group:
    def __init__(self, places):
        self.places, self.open, self.finished, self.taken = places, [(0.0, [])], [], []

    def turn(self, model, prompt, earlier, diversity, eos_id):
        ranked = []
        for place, (cost, ids) in enumerate(self.open):
            for token, gain in enumerate(model((*prompt, *ids))):
                if gain == float("-inf"):
                    continue
                fine = diversity * sum(group.taken.count(token) for group in earlier)
                ranked.append((cost - gain + fine, place, token, cost - gain, [*ids, token]))
        best = [(cost, ids) for _, _, _, cost, ids in sorted(ranked)[: self.places]]
        self.taken = [ids[-1] for _, ids in best]
        self.open = [pair for pair in best if pair[1][-1] != eos_id]
        self.finished += [pair for pair in best if pair[1][-1] == eos_id]

    def result(self):
        both = self.finished + self.open
        best = sorted(range(len(both)), key=lambda i: (both[i][0], i))[: self.places]
        return [(both[i][1], -both[i][0]) for i in best]


def diverse_beam_search(next_log_probs, prompt, beam_width, groups, diversity, max_new_tokens, eos_id):
    if beam_width < 1 or groups < 1:
        raise ValueError(f"{beam_width} places, {groups} groups")
    if beam_width != groups * (beam_width // groups):
        raise ValueError(f"{groups} groups do not divide {beam_width}")
    if diversity < 0 or max_new_tokens < 0:
        raise ValueError(f"negative: {diversity} or {max_new_tokens}")
    teams = [_Group(beam_width // groups) for _ in range(groups)]
    for _ in range(max_new_tokens):
        for number, team in enumerate(teams):
            team.turn(next_log_probs, prompt, teams[:number], diversity, eos_id)
    return [team.result() for team in teams]
