package stream

// Live counts the connections that have caught up.
func (h *Hub) Live() int {
	live, _ := h.all()
	return len(live)
}
